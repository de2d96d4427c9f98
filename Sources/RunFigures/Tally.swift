internal import TradingCore
public import TradingModel

/// What a run counts.
public struct Tally {
    /// Orders that left for the venue.
    public internal(set) var orders = 0
    public private(set) var fills = 0
    /// By instrument; none where nothing was traded.
    public var traded: [InstrumentID: Traded] {
        var traded: [InstrumentID: Traded] = [:]
        for (index, sums) in tradedByIndex.enumerated() where sums != Traded() {
            traded[InstrumentID(index)] = sums
        }
        return traded
    }
    private var tradedByIndex: [Traded] = []
    /// Refused by the risk gate or the venue, by reason.
    public private(set) var rejected: [String: Int] = [:]
    public internal(set) var intents = IntentHash()
    /// What was traded and does not fit; nil: everything could be counted.
    public private(set) var problem: String?

    init() {}

    mutating func add(_ fill: Fill, of report: ExecutionReport, _ state: TradingState) {
        fills += 1
        guard let side = state.orders.side(of: report.order) else { return }
        let index = report.instrument.index
        while tradedByIndex.count <= index { tradedByIndex.append(Traded()) }
        let instrument = state.instruments[index]
        guard !tradedByIndex[index].add(fill, side, instrument), problem == nil else { return }
        problem =
            "what was traded of \(instrument.symbol) adds up to more than fits: the last fill was "
            + "\(fill.quantity) at \(fill.price)"
    }

    /// Counts under the reason's words alone: figures behind a colon would make each its own.
    mutating func reject(_ reason: String) {
        let words = reason.prefix { $0 != ":" }
        rejected[String(words), default: 0] += 1
    }
}
