internal import TradingModel

/// Why an account cannot pay for an order.
enum Shortfall: Hashable, CustomStringConvertible {
    case lacks(needs: Money, available: Money, Currency)
    case tooLarge(BookLevel)

    var description: String {
        switch self {
        case .lacks(let needs, let available, let currency):
            "insufficient balance: needs \(needs) \(currency), \(available) available"
        case .tooLarge(let fill):
            "too large: \(fill.quantity) at \(fill.price) makes a sum that does not fit"
        }
    }
}
