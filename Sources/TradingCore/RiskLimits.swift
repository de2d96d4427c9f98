public import TradingModel

/// Limits that every order must pass; nil: no such limit.
public struct RiskLimits: Equatable, Sendable {
    public var maxOrderQuantity: Quantity?
    /// The most that an order can cost or bring, in the quote currency (inverse: in contracts ×
    /// contract size).
    public var maxOrderNotional: Money?
    /// On the position plus all open and unknown orders filled at once.
    public var maxPosition: Quantity?
    /// How many orders may be open at a time, unknown ones included.
    public var maxOpenOrders: Int?
    /// How many orders and amendments may be sent within any second.
    public var maxOrdersPerSecond: Int?
    /// How far a limit price may lie from the mid, as a share of it: 0.05 is 5 %.
    public var priceBand: Rate?
    public init() {}

    /// These limits where they are set, else those of `general`.
    func over(_ general: RiskLimits) -> RiskLimits {
        var limits = general
        if let maxOrderQuantity { limits.maxOrderQuantity = maxOrderQuantity }
        if let maxOrderNotional { limits.maxOrderNotional = maxOrderNotional }
        if let maxPosition { limits.maxPosition = maxPosition }
        if let maxOpenOrders { limits.maxOpenOrders = maxOpenOrders }
        if let maxOrdersPerSecond { limits.maxOrdersPerSecond = maxOrdersPerSecond }
        if let priceBand { limits.priceBand = priceBand }
        return limits
    }
}

/// Why an intent did not become an order.
public struct RiskRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The rule, in the form that reports and settings use.
    public enum Rule: String, Hashable, Sendable, CaseIterable {
        case belowLot = "below_lot"
        case minQuantity = "min_quantity"
        case minNotional = "min_notional"
        case tooLarge = "too_large"
        case badPrice = "bad_price"
        case maxOrderQuantity = "max_order_quantity"
        case maxOrderNotional = "max_order_notional"
        case maxPosition = "max_position"
        case maxOpenOrders = "max_open_orders"
        case maxOrdersPerSecond = "max_orders_per_second"
        case priceBand = "price_band"
        case noPrice = "no_price"
        case reduceOnly = "reduce_only"
        case unknownOrder = "unknown_order"
        case notTrading = "not_trading"
        case paused
    }
    public let rule: Rule
    /// What was asked and what the limit is, in one sentence.
    public let detail: String
    public init(rule: Rule, detail: String) {
        self.rule = rule
        self.detail = detail
    }
    public var description: String { "\(rule.rawValue): \(detail)" }
}
