internal import TradingModel

/// One thing that has happened to an account, with how things stood right behind it.
enum AccountChange {
    enum OrderNews {
        /// New, filled or ended: which one, the order itself tells.
        case progressed
        case modified
        /// A change of its terms gave the order another id; this was its last.
        case replaced(oldID: Int64)
    }

    enum StopNews {
        /// New, or with new terms.
        case waits
        case cancelled
        /// The price came; whether the order that it became was taken.
        case woke(isTaken: Bool)
    }

    /// The order as it is by now, and as it was then.
    case order(ExchangeOrder, OrderNews, OrderView)
    case execution(ExchangeExecution, OrderView)
    case position(ExchangePosition, isClosed: Bool)
    case stop(ExchangeStop, StopNews)
    case wallet(ExchangeSegment, Currency)
}
