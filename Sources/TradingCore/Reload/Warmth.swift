internal import Bars
internal import TradingModel

/// How far an indicator of a strategy has come.
public struct IndicatorWarmth: Hashable, Sendable {
    /// As the strategy made it, such as `ema(60)`.
    public let name: String
    /// Inputs that it has heard.
    public let received: Int
    /// The last of them that gave no value; 0: each did.
    public let lastWithout: Int
    /// How many inputs it takes to its first value; nil: it depends on what they are.
    public let needed: Int?

    public init(name: String, received: Int, lastWithout: Int, needed: Int? = nil) {
        self.name = name
        self.received = received
        self.lastWithout = lastWithout
        self.needed = needed
    }

    /// Whether it has a value.
    public var isWarm: Bool { received > lastWithout }
}

extension Engine {
    /// How warm the indicators of the strategy at work are.
    public var indicators: [IndicatorWarmth] {
        (strategy as? any ReloadableStrategy)?.indicators ?? []
    }
}

/// What is colder after a swap than it was before.
public struct ColdPart: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// Indicators without a value that had one in the version before, or that it did not have.
    ///
    /// Those of a name are held against each other in the order of their making.
    static func indicators(
        before: [IndicatorWarmth], after: [IndicatorWarmth]
    ) -> [ColdPart] {
        var old = Dictionary(grouping: before, by: \.name).mapValues { $0[...] }
        var parts: [ColdPart] = []
        for indicator in after {
            let match = old[indicator.name]?.popFirst()
            guard !indicator.isWarm, match?.isWarm ?? true else { continue }
            let needs = match.map { " of \($0.lastWithout + 1)" } ?? ""
            let part = ColdPart(
                description: "\(indicator.name) \(indicator.received)\(needs) inputs")
            if !parts.contains(part) { parts.append(part) }
        }
        return parts
    }

    /// Bars of sizes that the version before did not have, the first of which may lack what came
    /// before the rehearsal.
    static func bars(
        before: [[BarBuilder]], after: [[BarBuilder]], _ instruments: [Instrument]
    ) -> [ColdPart] {
        instruments.flatMap { instrument in
            let index = instrument.id.index
            let known = before[index].map(\.size)
            return after[index].map(\.size).filter { !known.contains($0) }.map { size in
                ColdPart(description: "bars:\(size) of \(instrument.symbol) are new")
            }
        }
    }
}
