import PropertyTesting
import TradingModel

/// Where two runs of a trial part.
package struct Difference: Sendable, CustomStringConvertible {
    package let ways: Ways
    package let quick: String
    package let plain: String
    /// How many entries both had in common before.
    package let place: Int
    /// The last of them.
    private let before: [String]

    package var description: String {
        "behind \(place) equal entries\(before.map { "\n  · \($0)" }.joined())\n  as the program runs: \(quick)\n  plainly (\(ways)): \(plain)"
    }

    /// The first difference between two outcomes; nil: they are the same.
    package init?(_ quick: Outcome, _ plain: Outcome, _ ways: Ways) {
        self.ways = ways
        let (one, other) = (quick.entries, plain.entries)
        func last(_ place: Int) -> [String] { one[..<place].suffix(3).map { "\($0)" } }
        if let place = zip(one, other).enumerated().first(where: { $1.0 != $1.1 })?.offset {
            self.quick = "\(one[place])"
            self.plain = "\(other[place])"
            self.place = place
            before = last(place)
            return
        }
        place = min(one.count, other.count)
        before = last(place)
        if one.count != other.count {
            self.quick = one.count > place ? "\(one[place])" : "nothing more"
            self.plain = other.count > place ? "\(other[place])" : "nothing more"
            return
        }
        guard let pair = zip(quick.figures, plain.figures).first(where: { $0 != $1 }) else {
            guard quick.figures.count != plain.figures.count else { return nil }
            self.quick = "\(quick.figures.count) figures"
            self.plain = "\(plain.figures.count) figures"
            return
        }
        (self.quick, self.plain) = pair
    }
}

extension Trial {
    /// Holds the program's way against plain ones, and every run against the independent models.
    ///
    /// - Returns: the first thing that is wrong, in words; nil: all is equal.
    package func check(
        against all: [Ways], planting fault: PlantedFault? = nil
    ) throws -> (problem: String?, outcome: Outcome) {
        let quick = try run([], planting: fault)
        for ways in all {
            let plain = try run(ways)
            if let difference = Difference(quick, plain, ways) {
                return ("\(difference)\n\(try blame(quick, ways))", quick)
            }
        }
        return (try modelProblem(quick), quick)
    }

    /// Which of the ways makes the difference alone.
    private func blame(_ quick: Outcome, _ ways: Ways) throws -> String {
        var alone: [String] = []
        for (way, name) in Ways.names where ways.contains(way) {
            if Difference(quick, try run(way), way) != nil { alone.append(name) }
        }
        return "  alone it is: \(alone.isEmpty ? "none of them" : alone.joined(separator: ", "))"
    }
}

extension GeneratedTrial {
    /// The ways that a seed is held against: the plainest, trade by trade, and a mixture.
    package var ways: [Ways] {
        var mixed = Seeded(seed)
        let mixture = Ways(rawValue: UInt16(truncatingIfNeeded: mixed.next()) & Ways.all.rawValue)
        let all = [Ways.plainest, [.tradeByTrade, .rowByRow], mixture.subtracting(.eventByEvent)]
        // The venue's clock follows what it watches: where time goes back in one market, another's
        // events decide what a fill is stamped with.
        let hasOneClock = trial.instruments.count == 1 || isInOrder
        return hasOneClock ? all : all.map { $0.subtracting(.matchedAlways) }
    }

    /// Checks the trial; nil: nothing is wrong.
    package func problem(planting fault: PlantedFault? = nil) throws -> String? {
        try trial.check(against: ways, planting: fault).problem
    }

    /// What kind of problem it is: its last line says which ways make it.
    private func kind(planting fault: PlantedFault?) -> Substring? {
        let problem = (try? problem(planting: fault)) ?? nil
        return problem?.split(separator: "\n").last
    }

    private var isInOrder: Bool {
        zip(events, events.dropFirst()).allSatisfy { $0.receiveTime <= $1.receiveTime }
    }

    /// The trial with as few events as still show that something is wrong.
    package func reduced(planting fault: PlantedFault? = nil, budget: Int = 150) -> Self {
        let kind = kind(planting: fault)
        var least = self
        var size = events.count / 2
        var left = budget
        while size > 0, left > 0 {
            var start = 0
            while start < least.events.count, left > 0 {
                var events = least.events
                events.removeSubrange(start..<min(events.count, start + size))
                left -= 1
                let shorter = with(events)
                if !events.isEmpty, shorter.kind(planting: fault) == kind {
                    least = shorter
                } else {
                    start += size
                }
            }
            size /= 2
        }
        return least
    }

    /// Everything that is needed to see the difference again, for people.
    package func report(_ problem: String) -> String {
        let shown = events.map { "  \(Self.words($0))" }.joined(separator: "\n")
        return """
            seed \(seed): \(problem)
            --- the script
            \(trial.script)
            --- instruments, account, limits
              \(trial.instruments)
              \(trial.paper)
              \(trial.limits)
            --- the data, \(events.count) events
            \(shown)
            """
    }

    private static func words(_ event: MarketEvent) -> String {
        let time = "\(event.receiveTime.nanoseconds) \(event.venueTime.nanoseconds) "
        let place = "\(event.instrument.index) "
        switch event {
        case .trade(let trade):
            let side = trade.taker.map { "\($0)" } ?? "-"
            return time + place + "trade \(side) \(trade.quantity) @ \(trade.price)"
        case .book(let change):
            let level =
                change.kind == .clear
                ? "clear" : "\(change.side) \(change.quantity) @ \(change.price)"
            return time + place + "book \(level)\(change.endsMessage ? "." : "")"
        case .quote(let quote):
            let sides = [quote.bid, quote.ask].map { level in
                level.map { "\($0.quantity) @ \($0.price)" } ?? "-"
            }
            return time + place + "quote \(sides[0]) | \(sides[1])"
        default: return time + place + "\(event)"
        }
    }
}
