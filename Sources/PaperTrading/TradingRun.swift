public import TradingCore
public import TradingModel

/// What a run of any kind shows of itself: for the screen, and for the report at its end.
public protocol TradingRun: ReloadableRun {
    var engine: Engine { get }
    var tally: Tally { get }
    /// What the data held so far, by instrument.
    var statistics: [DataStatistics] { get }
    var equity: EquityCurve { get }
    /// The depth by instrument; nil where none has come.
    var books: [OrderBook?] { get }
    /// Why trading stopped before its end; nil while it has not.
    var stopReason: String? { get }
    /// What has to be known of how an instrument's orders were filled.
    func fillNotes(of instrument: InstrumentID) -> [String]
}

extension TradingRun {
    public func fillNotes(of instrument: InstrumentID) -> [String] { [] }
}

extension TradingRun {
    /// How many events of the data have been handled.
    public var eventCount: Int { statistics.reduce(0) { $0 + $1.events } }
}
