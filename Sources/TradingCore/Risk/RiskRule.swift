public import TradingModel

/// What a rule of the risk gate holds: the page about risk, settings and the record of changes are
/// made of this table.
public struct RiskRule: Sendable {
    /// What comes of an order that breaks it.
    public enum Consequence: String, Sendable {
        /// That order is refused.
        case refusal
        /// Only orders that reduce pass: ``TradingPermission/reducing``.
        case reducing
        /// None passes any more: ``TradingPermission/halted``.
        case halted
    }

    public let rule: RiskRefusal.Rule
    /// In Markdown.
    public let holds: String
    public let consequence: Consequence

    /// The setting of the limit; nil: the rule always holds.
    public var limit: RiskLimit? { RiskLimit.all.first { $0.rule == rule } }

    private init(
        _ rule: RiskRefusal.Rule, _ holds: String, _ consequence: Consequence = .refusal
    ) {
        self.rule = rule
        self.holds = holds
        self.consequence = consequence
    }

    /// Every rule, in the order in which they are asked.
    public static let all: [RiskRule] = [
        RiskRule(
            .notTrading, "trading has not been stopped: by failing handlers, the watchdog, a kill",
            .halted),
        RiskRule(
            .maxDailyLoss,
            "what the run has lost since 00:00 UTC stays below this, in the currency that its "
                + "instruments settle in", .halted),
        RiskRule(
            .maxDrawdown,
            "the run is worth less than this below what it was worth at its best, in the same "
                + "currency", .halted),
        RiskRule(
            .paused, "nothing stands in the way for now, such as a journal that cannot be written",
            .halted),
        RiskRule(.badPrice, "price and stop are above 0 on the tick; a market order has no price"),
        RiskRule(.tooLarge, "price, quantity and what follows from them can be counted exactly"),
        RiskRule(.belowLot, "the quantity is a lot or more"),
        RiskRule(.unknownOrder, "the order to amend is open, and the venue has it"),
        RiskRule(
            .maxConsecutiveRejects,
            "the venue has not refused this many orders in a row, with none accepted or filled in "
                + "between", .reducing),
        RiskRule(
            .maxDataAge,
            "the book is not older than this; without depth the quote counts, without quotes what "
                + "came last", .reducing),
        RiskRule(.noCrossedBook, "`true`: the best bid lies below the best ask", .reducing),
        RiskRule(.reduceOnly, "a reduce-only order has a lot or more to reduce"),
        RiskRule(.minQuantity, "the venue's minimum, unless the order closes all that is held"),
        RiskRule(.minNotional, "the venue's minimum, unless the order closes all that is held"),
        RiskRule(.noPrice, "something tells what the order is worth, where a rule asks for that"),
        RiskRule(.maxOrderQuantity, "the quantity of an order"),
        RiskRule(
            .maxOrderNotional,
            "what an order is worth at most, in the quote currency: a buy its limit × quantity, a "
                + "sell what the market gives where that is more than its limit"),
        RiskRule(
            .priceBand,
            "how far a limit price may lie from the mid; a stop order's from its trigger"),
        RiskRule(
            .maxPosition,
            "the position with all open and unknown orders filled at once; by our fills or the "
                + "venue's word, whichever is worse"),
        RiskRule(
            .lastPriceBand,
            "how far a limit price may lie from the last price; a stop order's "
                + "from its trigger"),
        RiskRule(
            .noSelfTrade,
            "`true`: the order would not fill against an own order of the run that rests, or is on "
                + "its way, nor against one of others on the account that the venue's lists showed "
                + "last; those that are being cancelled do not count"),
        RiskRule(
            .maxAccountNotional,
            "all positions together with all open and unknown orders filled at once, at the prices "
                + "that positions are valued at, in the quote currency; an order that adds nothing "
                + "passes"),
        RiskRule(
            .maxLeverage,
            "the same of the perpetuals that settle in the order's currency, as a multiple of the "
                + "equity in it: the balance with what open positions have gained"),
        RiskRule(
            .minFreeBalance,
            "what stays free of the currency that the instrument settles in, by the venue's last "
                + "word; a spot purchase counts with its cost, and so do those on their way"),
        RiskRule(.maxOpenOrders, "open orders"),
        RiskRule(.maxOrdersPerSecond, "orders and amendments sent within a second"),
        RiskRule(
            .maxCancelsPerSecond,
            "cancels sent within a second: beyond it no order and no amendment passes until it is "
                + "fewer. A cancel itself is never refused"),
    ]
}

/// One limit that settings can set.
public struct RiskLimit: Sendable {
    /// Where it lies, and in which form it is written.
    public enum Form: Sendable {
        case quantity(any WritableKeyPath<RiskLimits, Quantity?> & Sendable)
        case money(any WritableKeyPath<RiskLimits, Money?> & Sendable)
        case count(any WritableKeyPath<RiskLimits, Int?> & Sendable)
        case share(any WritableKeyPath<RiskLimits, Rate?> & Sendable)
        /// A number such as 3.
        case multiple(any WritableKeyPath<RiskLimits, Rate?> & Sendable)
        /// In nanoseconds.
        case time(any WritableKeyPath<RiskLimits, Int64?> & Sendable)
        case flag(any WritableKeyPath<RiskLimits, Bool?> & Sendable)
    }

    public let rule: RiskRefusal.Rule
    public let form: Form
    /// Whether a symbol may have one of its own.
    public let isPerSymbol: Bool
    /// Whether a venue may have one: those of symbols, and what is counted over positions of an account.
    public var isPerVenue: Bool {
        isPerSymbol || rule == .maxAccountNotional || rule == .maxLeverage
    }
    /// A value that settings could give it.
    public let example: String

    private init(
        _ rule: RiskRefusal.Rule, _ form: Form, perSymbol: Bool = true, _ example: String
    ) {
        self.rule = rule
        self.form = form
        isPerSymbol = perSymbol
        self.example = example
    }

    public static let all: [RiskLimit] = [
        RiskLimit(.maxOrderQuantity, .quantity(\.maxOrderQuantity), "1"),
        RiskLimit(.maxOrderNotional, .money(\.maxOrderNotional), "50000"),
        RiskLimit(.maxPosition, .quantity(\.maxPosition), "2"),
        RiskLimit(.maxOpenOrders, .count(\.maxOpenOrders), "20"),
        RiskLimit(.maxOrdersPerSecond, .count(\.maxOrdersPerSecond), "10"),
        RiskLimit(
            .maxCancelsPerSecond, .count(\.maxCancelsPerSecond), perSymbol: false, "20"),
        RiskLimit(.priceBand, .share(\.priceBand), "5%"),
        RiskLimit(.lastPriceBand, .share(\.lastPriceBand), "5%"),
        RiskLimit(.noSelfTrade, .flag(\.noSelfTrade), "true"),
        RiskLimit(
            .maxAccountNotional, .money(\.maxAccountNotional), perSymbol: false, "100000"),
        RiskLimit(.maxLeverage, .multiple(\.maxLeverage), perSymbol: false, "3"),
        RiskLimit(.minFreeBalance, .money(\.minFreeBalance), "500"),
        RiskLimit(.maxDailyLoss, .money(\.maxDailyLoss), perSymbol: false, "300"),
        RiskLimit(.maxDrawdown, .money(\.maxDrawdown), perSymbol: false, "1000"),
        RiskLimit(
            .maxConsecutiveRejects, .count(\.maxConsecutiveRejects), perSymbol: false, "5"),
        RiskLimit(.maxDataAge, .time(\.maxDataAge), "5s"),
        RiskLimit(.noCrossedBook, .flag(\.noCrossedBook), "true"),
    ]

    /// The value as it is written; nil: it is not set.
    public func text(in limits: RiskLimits) -> String? {
        switch form {
        case .quantity(let path): limits[keyPath: path]?.description
        case .money(let path): limits[keyPath: path]?.description
        case .count(let path): limits[keyPath: path]?.description
        case .share(let path), .multiple(let path): limits[keyPath: path]?.description
        case .time(let path): limits[keyPath: path].map { inSeconds($0) }
        case .flag(let path): limits[keyPath: path]?.description
        }
    }

    /// Takes the limit off.
    public func clear(in limits: inout RiskLimits) { set(from: RiskLimits(), to: &limits) }

    /// Takes it over where it is set.
    func copy(from other: RiskLimits, to limits: inout RiskLimits) {
        if text(in: other) != nil { set(from: other, to: &limits) }
    }

    private func set(from other: RiskLimits, to limits: inout RiskLimits) {
        switch form {
        case .quantity(let path): limits[keyPath: path] = other[keyPath: path]
        case .money(let path): limits[keyPath: path] = other[keyPath: path]
        case .count(let path): limits[keyPath: path] = other[keyPath: path]
        case .share(let path), .multiple(let path): limits[keyPath: path] = other[keyPath: path]
        case .time(let path): limits[keyPath: path] = other[keyPath: path]
        case .flag(let path): limits[keyPath: path] = other[keyPath: path]
        }
    }
}

/// A span as people read it: `7.2 s`, to the millisecond.
func inSeconds(_ nanoseconds: Int64) -> String {
    "\(Money(attos: Int128(nanoseconds / 1_000_000) * 1_000_000_000_000_000)) s"
}
