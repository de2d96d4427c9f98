public import TradingModel

/// The units that left within the last second or so, and no more of them than the rate.
///
/// A bucket that refills would let twice the rate through in the second after a rest: first what it
/// held, then what flowed in. A venue that counts by windows refuses that, cuts the socket, or bars the
/// address.
struct SlidingWindow: Sendable {
    /// Longer than a second, for what leaves late may come sooner on its way than what left before:
    /// by this much the ways may differ.
    static let length: Int64 = 1_100_000_000

    /// Units in a window.
    let rate: Int64
    private var sent: [(at: Timestamp, units: Int64)] = []
    /// Entries before it have left the window.
    private var first = 0
    private var count: Int64 = 0
    /// Nothing leaves before this: the venue asked us to wait.
    private var closedUntil = Timestamp.distantPast

    init(rate: Int64) {
        precondition(rate > 0, "a window that takes nothing would hold requests for ever")
        self.rate = rate
    }

    private func end(of entry: Int) -> Timestamp {
        sent[entry].at.advanced(byNanoseconds: Self.length)
    }

    private mutating func forget(before now: Timestamp) {
        while first < sent.count, end(of: first) <= now {
            count -= sent[first].units
            first += 1
        }
        if first == sent.count {
            sent.removeAll(keepingCapacity: true)
            first = 0
        } else if first >= Self.mostForgotten {
            sent.removeFirst(first)
            first = 0
        }
    }

    /// Moving the rest to the front costs less, the more is in front of it.
    private static let mostForgotten = 256

    private mutating func add(_ units: Int64, at now: Timestamp) {
        sent.append((now, units))
        count += units
    }

    /// Consumes `units`, or answers from when on they will be there.
    mutating func consume(_ units: Int64, at now: Timestamp) -> Timestamp? {
        if now < closedUntil { return closedUntil }
        forget(before: now)
        let wanted = min(units, rate)
        guard count + wanted > rate else {
            add(wanted, at: now)
            return nil
        }
        var left = count
        for entry in first..<sent.count {
            left -= sent[entry].units
            if left + wanted <= rate { return end(of: entry) }
        }
        preconditionFailure("an empty window has room for \(wanted) of \(rate) units")
    }

    /// Believes the venue when it counts fewer units left than we do.
    mutating func observe(remaining: Int64, at now: Timestamp) {
        forget(before: now)
        let used = rate - max(0, remaining)
        if used > count { add(used - count, at: now) }
    }

    mutating func close(until time: Timestamp) { closedUntil = max(closedUntil, time) }
}

/// Keeps each group of endpoints below the venue's limit.
public struct RateLimiter: Sendable {
    private var windows: [EndpointGroup: SlidingWindow]

    /// - Parameter rates: units a second for each group; a group that is not named has no limit.
    public init(rates: [EndpointGroup: Int]) {
        windows = rates.mapValues { SlidingWindow(rate: Int64($0)) }
    }

    /// Consumes `units` for a request now, or answers when to ask again.
    ///
    /// - Returns: nil when the request may go; else the time from which on it may.
    public mutating func consume(
        _ group: EndpointGroup, units: Int = 1, at now: Timestamp
    ) -> Timestamp? {
        guard windows[group] != nil else { return nil }
        return windows[group]?.consume(Int64(units), at: now)
    }

    /// The venue says how many units are left in the group's window.
    public mutating func observe(remaining: Int, of group: EndpointGroup, at now: Timestamp) {
        windows[group]?.observe(remaining: Int64(remaining), at: now)
    }

    /// Nothing of any group goes for a while.
    public mutating func pause(until time: Timestamp) {
        for group in windows.keys { windows[group]?.close(until: time) }
    }

    /// The venue says that the group asked too often: nothing of it goes for a while.
    public mutating func pause(_ group: EndpointGroup, until time: Timestamp) {
        windows[group]?.close(until: time)
    }
}
