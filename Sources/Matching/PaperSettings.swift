public import TradingModel

/// How much worse than the last price an order fills where no depth and no quote is known.
public enum Slippage: Hashable, Sendable {
    case ticks(Int)
    /// A share of the price: 0.0001 is one basis point. Rounded to the tick, against us.
    case rate(Rate)
}

/// How much an order finds at the touch of a book.
public enum TouchLiquidity: String, Hashable, Sendable, CaseIterable {
    /// What the book shows, level by level, and nothing twice.
    case shown
    /// Any amount at the best price: what simple backtests assume, for comparing with them.
    case endless
}

/// What the simulated venue assumes; none of it changes during a run.
public struct PaperSettings: Hashable, Sendable {
    /// What the account starts with; a currency not named starts at its default, see
    /// ``SimulatedAccount``.
    public var balances: [Currency: Money]
    /// Instead of every instrument's own fee; nil: the instrument's.
    public var makerFee: Rate?
    public var takerFee: Rate?
    /// Of perpetuals, at least 1: the margin of a position is its notional divided by this.
    public var leverage: Int
    public var slippage: Slippage
    public var latency: Latency
    /// Whether a bar that only touches a limit price fills it; otherwise it must trade beyond.
    public var barsFillOnTouch: Bool
    /// How much an order finds at the touch.
    public var liquidity: TouchLiquidity
    /// Whether market data is held against orders where there are none too: for tests.
    package var matchesAlways = false

    public init(
        balances: [Currency: Money] = [:], makerFee: Rate? = nil, takerFee: Rate? = nil,
        leverage: Int = 1, slippage: Slippage = .ticks(0), latency: Latency = .none,
        barsFillOnTouch: Bool = false, liquidity: TouchLiquidity = .shown
    ) {
        precondition(leverage >= 1, "a leverage is at least 1")
        self.balances = balances
        self.makerFee = makerFee
        self.takerFee = takerFee
        self.leverage = leverage
        self.slippage = slippage
        self.latency = latency
        self.barsFillOnTouch = barsFillOnTouch
        self.liquidity = liquidity
    }
}
