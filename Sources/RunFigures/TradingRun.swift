public import TradingCore
public import TradingModel

/// What a run of any kind shows of itself: for the screen, and for the report at its end.
public protocol TradingRun: ReloadableRun {
    var engine: Engine { get }
    /// What is counted about it, up to the latest input.
    var ledger: RunLedger { get }
    /// The depth by instrument; nil where none has come.
    var books: [OrderBook?] { get }
    /// Why trading stopped before its end; nil while it has not.
    var stopReason: String? { get }
    /// What has to be known of how an instrument's orders were filled.
    func fillNotes(of instrument: InstrumentID) -> [String]
}

/// A run that reads its data by itself, as far as it is told to.
public protocol SteppedRun: TradingRun {
    /// The time of the next event of the data, once it has been read; nil at its end.
    mutating func nextEventTime() throws(MarketDataError) -> Timestamp?
    /// Handles everything that happens up to and including `limit`.
    ///
    /// - Returns: false when the data has ended, trading was stopped, or it was called off.
    mutating func advance(to limit: Timestamp) throws(MarketDataError) -> Bool
}

extension TradingRun {
    public func fillNotes(of instrument: InstrumentID) -> [String] { [] }

    public var tally: Tally { ledger.tally }
    public var equity: EquityCurve { ledger.equity }
    /// What the data held so far, by instrument.
    public var statistics: [DataStatistics] { ledger.statistics }
    /// How many events of the data have been handled.
    public var eventCount: Int { statistics.reduce(0) { $0 + $1.events } }
}
