internal import Matching
public import RunFigures
public import TradingCore
public import TradingModel

/// Writes down what happens to a simulated run, in the order in which it happens.
public protocol RunChronicle: AnyObject {
    /// The strategy starts with the next input.
    func willStart(_ ledger: RunLedger, at time: Timestamp)
    /// The engine has taken this in.
    func record(_ input: EngineInput, _ state: TradingState, _ ledger: RunLedger)
    /// An order leaves now.
    func submit(_ order: ApprovedOrder, _ state: TradingState)
    /// Something that the engine wanted is done.
    func record(_ command: Command, _ state: TradingState)
    /// What the strategy keeps, behind all that led to it; called again and again.
    ///
    /// - Parameters:
    ///   - window: what the run keeps for reloads.
    ///   - isAtRest: nothing more happens at this time.
    func keep(_ engine: borrowing Engine, _ window: RehearsalWindow?, isAtRest: Bool)
}

extension SimulatedRun {
    /// What is in front of an order at its price, see ``MatchingVenue/queue(of:)``: while the run goes on, too.
    public var queue: (ClientOrderID) -> (ahead: Quantity?, price: Price)? {
        let venue = venue
        return { venue.queue(of: $0) }
    }

    /// What each currency of the account had before its first order.
    public var opening: [Currency: Money] { venue.account.opening }

    /// Goes on with what earlier runs left, once, before the start.
    ///
    /// What the data has up to `time` is what those runs have heard.
    public mutating func resume(
        _ earlier: EarlierRun, at time: Timestamp
    ) throws(MarketDataError) {
        while try fill(), data.time <= time {
            let event = data.batch[data.position]
            venue.process(event)
            engine.observe(event)
            data.position += 1
        }
        venue.goOn(with: earlier, at: time)
        startReason = .restart
        feed(.resume(earlier, at: time))
        findDue()
    }
}
