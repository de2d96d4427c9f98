package import TradingModel

/// What the venue documents nowhere and is taken for granted here: all of it in this file.
package enum CoinutAssumptions {
    /// Words of refusals that no page and no sample shows.
    ///
    /// An answer that says that the venue's system failed does not say whether it failed before it
    /// carried the request out.
    static let kinds: [String: CoinutRefusalClass] = [
        "INVALID_SIGNATURE": .account, "LOGIN_REQUIRED": .account, "INVALID_LOGIN": .account,
        "INVALID_REQUEST": .incorrect, "TOO_MANY_REQUESTS": .rateLimit,
        "SYSTEM_ERROR": .unknownOutcome,
    ]

    /// Says that a connection is not, or no longer, logged in.
    static let wantsLogin = StatusWord("LOGIN_REQUIRED")

    /// The most decimals of a quantity: as many as the venue writes.
    ///
    /// No lot and no least quantity is published; a trade of ten lots has been seen.
    package static let quantityDecimals = 8
    package static let lot = Quantity(attos: 10_000_000_000)
    package static let minQuantity = lot

    /// Every fill in the venue's samples paid 0.1 % of its worth in the quote currency.
    ///
    /// That makers pay nothing is what a public client says.
    package static let takerFee = Rate(attos: 1_000_000_000_000_000)
    package static let makerFee = Rate.zero

    /// Requests a second, below the 30 above which the venue closes a connection without a word.
    ///
    /// A batch counts as one; HTTP and the socket are held below it together.
    package static let requestsPerSecond = 25

    /// What is shown of a currency is all of it, what open orders bind included: the rest of a sell, and
    /// the worth of a buy's rest with this fee.
    package static let boundFee = takerFee
}
