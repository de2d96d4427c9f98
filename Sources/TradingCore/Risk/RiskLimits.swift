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
    /// The same from the last price.
    public var lastPriceBand: Rate?
    /// Whether an order is refused that would fill against an own one that rests.
    public var noSelfTrade: Bool?
    /// What must stay free of the currency that an instrument settles in.
    public var minFreeBalance: Money?
    /// How old the market's data may be while orders pass that do not reduce; nanoseconds.
    public var maxDataAge: Int64?
    /// Whether only orders pass that reduce while the best bid is not below the best ask.
    public var noCrossedBook: Bool?

    // Of the whole run: a symbol has none of its own.

    /// On all positions with all open and unknown orders filled at once, in the quote currency.
    public var maxAccountNotional: Money?
    /// The same of the perpetuals of a settle currency, as a multiple of the equity in it.
    public var maxLeverage: Rate?
    /// What may be lost since 00:00 UTC, in the settle currency, before trading stops.
    public var maxDailyLoss: Money?
    /// How far the run's worth may fall from its highest, in the settle currency.
    public var maxDrawdown: Money?
    /// After how many refusals by the venue in a row only orders pass that reduce.
    public var maxConsecutiveRejects: Int?
    /// Beyond how many cancels within a second nothing new is sent.
    public var maxCancelsPerSecond: Int?
    public init() {}

    /// These limits where they are set, else those of `general`.
    func over(_ general: RiskLimits) -> RiskLimits {
        var limits = general
        for limit in RiskLimit.all { limit.copy(from: self, to: &limits) }
        return limits
    }

    /// Without what is counted over several orders or symbols: that a venue's limit does besides the
    /// general one.
    var ofSingleOrders: RiskLimits {
        var limits = self
        limits.maxAccountNotional = nil
        limits.maxOpenOrders = nil
        limits.maxOrdersPerSecond = nil
        return limits
    }

    /// Whether a rule beyond those of a single order and its position is to be asked.
    var hasAccountRules: Bool {
        lastPriceBand != nil || noSelfTrade == true || minFreeBalance != nil
            || maxAccountNotional != nil || maxLeverage != nil
    }
}

/// All limits of a run.
public struct RunLimits: Equatable, Sendable {
    /// Of symbols that have none of their own.
    public var general: RiskLimits
    /// Of single symbols, by the symbol's text; each replaces the general one.
    public var bySymbol: [String: RiskLimits]
    /// Of single venues, by their names.
    ///
    /// Each replaces the general one for the venue's symbols, but for open orders, orders per second and
    /// the notional of all positions: these are counted for the venue besides.
    public var byVenue: [String: RiskLimits]

    public init(
        general: RiskLimits = RiskLimits(), bySymbol: [String: RiskLimits] = [:],
        byVenue: [String: RiskLimits] = [:]
    ) {
        self.general = general
        self.bySymbol = bySymbol
        self.byVenue = byVenue
    }

    /// What holds for a symbol.
    public func limits(of symbol: Symbol) -> RiskLimits {
        let atVenue = byVenue[symbol.venue]?.ofSingleOrders.over(general) ?? general
        return bySymbol[symbol.description]?.over(atVenue) ?? atVenue
    }

    /// What is other in `new`, a phrase each: `max_position 2 → 1`; empty: nothing.
    public func changes(to new: RunLimits) -> [String] {
        var changes = Self.changes(general, new.general, "")
        for venue in Set(byVenue.keys).union(new.byVenue.keys).sorted() {
            changes += Self.changes(
                byVenue[venue] ?? RiskLimits(), new.byVenue[venue] ?? RiskLimits(), " at \(venue)")
        }
        for symbol in Set(bySymbol.keys).union(new.bySymbol.keys).sorted() {
            changes += Self.changes(
                bySymbol[symbol] ?? RiskLimits(), new.bySymbol[symbol] ?? RiskLimits(),
                " of \(symbol)")
        }
        return changes
    }

    private static func changes(
        _ old: RiskLimits, _ new: RiskLimits, _ whose: String
    ) -> [String] {
        RiskLimit.all.compactMap { limit in
            let (before, after) = (limit.text(in: old), limit.text(in: new))
            guard before != after else { return nil }
            return "\(limit.rule.rawValue)\(whose) \(before ?? "none") → \(after ?? "none")"
        }
    }

    /// Why these limits cannot hold for these symbols, a sentence each; empty: they can.
    public func problems(of symbols: [Symbol]) -> [String] {
        var problems = problems(of: symbols.map { ($0.settle, $0.quote) })
        for (venue, own) in byVenue.sorted(by: { $0.key < $1.key }) {
            let there = symbols.filter { $0.venue == venue }
            problems += RunLimits(general: own).problems(of: there.map { ($0.settle, $0.quote) })
        }
        return problems
    }

    /// Why these limits cannot hold for instruments of these currencies, a sentence each; empty:
    /// they can.
    ///
    /// What is summed up over instruments has one currency.
    public func problems(of currencies: [(settle: Currency, quote: Currency)]) -> [String] {
        guard
            general.maxDailyLoss != nil || general.maxDrawdown != nil
                || general.maxAccountNotional != nil
        else { return [] }
        func sum(_ rule: RiskRefusal.Rule, _ isSet: Bool, _ all: [Currency], _ what: String)
            -> String?
        {
            let different = Set(all).sorted().map(\.code)
            guard isSet, different.count > 1 else { return nil }
            return "risk.\(rule.rawValue) is one amount over all instruments, and these \(what) "
                + different.joined(separator: " and ")
                + ": leave it out, or trade each currency in a run of its own"
        }
        let settle = currencies.map(\.settle)
        return [
            sum(.maxDailyLoss, general.maxDailyLoss != nil, settle, "settle in"),
            sum(.maxDrawdown, general.maxDrawdown != nil, settle, "settle in"),
            sum(
                .maxAccountNotional, general.maxAccountNotional != nil, currencies.map(\.quote),
                "are quoted in"),
        ].compactMap(\.self)
    }
}

/// Why an intent did not become an order, or why trading was stopped.
public struct RiskRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The rule, in the form that reports and settings use; ``RiskRule`` says what each holds.
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
        case lastPriceBand = "last_price_band"
        case noSelfTrade = "no_self_trade"
        case maxAccountNotional = "max_account_notional"
        case maxLeverage = "max_leverage"
        case minFreeBalance = "min_free_balance"
        case maxDataAge = "max_data_age"
        case noCrossedBook = "no_crossed_book"
        case maxConsecutiveRejects = "max_consecutive_rejects"
        case maxCancelsPerSecond = "max_cancels_per_second"
        case maxDailyLoss = "max_daily_loss"
        case maxDrawdown = "max_drawdown"
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
