internal import TradingModel

/// The open times of the bars told so far, as ranges: bars without gaps are a single one.
struct CoveredTimes {
    private static let limit = 1 << 16  // ranges; the oldest half is forgotten beyond that
    private let step: Int64
    private var ranges: [ClosedRange<Int64>] = []

    /// - Parameter step: the distance of bars that follow one another, in nanoseconds.
    init(step: Int64) { self.step = max(step, 1) }

    /// Whether the time is new.
    mutating func insert(_ time: Timestamp) -> Bool {
        let time = time.nanoseconds
        guard let last = ranges.last else {
            ranges = [time...time]
            return true
        }
        guard time <= last.upperBound else {
            if time &- last.upperBound == step {
                ranges[ranges.count - 1] = last.lowerBound...time
            } else {
                if ranges.count == Self.limit { ranges.removeFirst(Self.limit / 2) }
                ranges.append(time...time)
            }
            return true
        }
        return insertEarlier(time)
    }

    private mutating func insertEarlier(_ time: Int64) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < time { low = middle + 1 } else { high = middle }
        }
        let range = ranges[low]
        if range.lowerBound <= time {
            // Between two bars of a range nothing has been reported.
            if (time &- range.lowerBound) % step == 0 { return false }
            ranges.replaceSubrange(low...low, with: split(range, at: time))
        } else if range.lowerBound &- time == step {
            ranges[low] = time...range.upperBound
        } else {
            ranges.insert(time...time, at: low)
        }
        if ranges.count > Self.limit { ranges.removeFirst(Self.limit / 2) }
        return true
    }

    private func split(_ range: ClosedRange<Int64>, at time: Int64) -> [ClosedRange<Int64>] {
        let before = time - (time - range.lowerBound) % step
        return [range.lowerBound...before, time...time, (before + step)...range.upperBound]
    }
}
