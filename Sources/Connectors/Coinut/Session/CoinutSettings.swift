public import TradingModel
public import VenueSessions

/// How an account is entered.
public enum CoinutAccess: Sendable {
    /// The way for a program: it asks for no one-time password, and serves over HTTP too.
    case key(CoinutKey)
    /// Over the socket alone; after a drop the session's id leads in again for an hour.
    case password(CoinutPassword)

    var key: CoinutKey? {
        if case .key(let key) = self { key } else { nil }
    }
}

/// What a person enters an account with; it never prints.
public struct CoinutPassword: Sendable, CustomStringConvertible {
    let username: String
    let password: HiddenText
    let oneTime: HiddenText?

    /// - Parameter oneTime: of this half minute, where two-factor authentication is on.
    public init(username: String, password: String, oneTime: String? = nil) {
        self.username = username
        self.password = HiddenText(password)
        self.oneTime = oneTime.map { HiddenText($0) }
    }

    public var description: String { "\(username) (password •••)" }
}

/// What a session needs to know before it begins.
public struct CoinutSettings: Sendable {
    /// Where the socket is.
    public var socketBase = "wss://wsapi.coinut.com"
    /// Nil: public data only, nothing can be traded.
    public var access: CoinutAccess?
    /// What is traded or watched; the place is the ``InstrumentID``.
    public var symbols: [Symbol]
    /// The most levels a side of the books: 10, 50, 100 or 200; nil: all that there are.
    public var depthLevels: Int?
    /// Decimals of the prices that levels are added up by, 0 to 18; nil: the instrument's own.
    public var bookDecimals: Int?
    /// The orders of an earlier run that may still be open at the venue.
    public var restoredOrders: [RestoredOrder] = []
    /// Whether open orders of others in the traded instruments become the run's own.
    public var adoptsOrders = false
    /// Numbers for the orders of this run that no order of another one has, modulo 16,777,215.
    public var clientNumbers: Range<Int64>
    /// All chance of the session: the jitter of its waits.
    public var seed: UInt64 = 1

    public init(symbols: [Symbol], access: CoinutAccess? = nil, clientNumbers: Range<Int64>) {
        self.symbols = symbols
        self.access = access
        self.clientNumbers = clientNumbers
    }
}
