/// Something that is tried with every connector and the simulator of its venue.
///
/// How a venue stands in each of them its ``ConformanceCard`` says, and a test proves the card.
public enum ConformanceCase: String, Hashable, Sendable, CaseIterable {
    // Connection and keys.
    case connecting
    case goodKey = "good_key"
    case badKey = "bad_key"
    case tradingRight = "trading_right"
    case leverage
    // Instruments.
    case instruments
    case unknownInstrument = "unknown_instrument"
    // Market data.
    case quotes
    case trades
    case book
    case ticker
    case marks
    case funding
    case bookRepair = "book_repair"
    // Orders.
    case limit
    case market
    case marketBuy = "market_buy"
    case postOnly = "post_only"
    case ioc
    case fok
    case stopMarket = "stop_market"
    case stopLimit = "stop_limit"
    case reduceOnly = "reduce_only"
    case partialFills = "partial_fills"
    case fees
    case amendPrice = "amend_price"
    case amendQuantity = "amend_quantity"
    case cancel
    case cancelRace = "cancel_race"
    case batchedOrders = "batched_orders"
    // Refusals.
    case missingFunds = "missing_funds"
    case wrongTick = "wrong_tick"
    case belowMinimum = "below_minimum"
    case goneOrder = "gone_order"
    // When something breaks.
    case reconnecting
    case lostReply = "lost_reply"
    case lostRequest = "lost_request"
    case rateLimit = "rate_limit"
    case clockSkew = "clock_skew"
    case clockJump = "clock_jump"
    // The account.
    case holdings
    case foreignOrders = "foreign_orders"
    case restoredOrders = "restored_orders"
    case runCleaner = "run_cleaner"
    case massCancel = "mass_cancel"
    case batchedCancels = "batched_cancels"
}

extension ConformanceCase {
    /// What belongs together on a card.
    public enum Group: String, Hashable, Sendable, CaseIterable {
        case connection = "connection and keys"
        case instruments
        case marketData = "market data"
        case orders
        case refusals
        case breakage = "when something breaks"
        case account = "the account"
    }

    public var group: Group {
        switch self {
        case .connecting, .goodKey, .badKey, .tradingRight, .leverage: .connection
        case .instruments, .unknownInstrument: .instruments
        case .quotes, .trades, .book, .ticker, .marks, .funding, .bookRepair: .marketData
        case .limit, .market, .marketBuy, .postOnly, .ioc, .fok, .stopMarket, .stopLimit,
            .reduceOnly, .partialFills, .fees, .amendPrice, .amendQuantity, .cancel, .cancelRace,
            .batchedOrders:
            .orders
        case .missingFunds, .wrongTick, .belowMinimum, .goneOrder: .refusals
        case .reconnecting, .lostReply, .lostRequest, .rateLimit, .clockSkew, .clockJump: .breakage
        case .holdings, .foreignOrders, .restoredOrders, .runCleaner, .massCancel, .batchedCancels:
            .account
        }
    }

    /// In some words, for a table.
    public var title: String {
        switch self {
        case .connecting: "connects, and agrees about the account first"
        case .goodKey: "tells that a key works"
        case .badKey: "tells a wrong key, and sends no order"
        case .tradingRight: "tells before the first order that a key may not trade"
        case .leverage: "sets leverage and margin mode before trading"
        case .instruments: "ticks, lots, minimums and fees are the venue's own"
        case .unknownInstrument: "names the nearest instruments where there is none"
        case .quotes: "quotes"
        case .trades: "trades, each once"
        case .book: "order book"
        case .ticker: "last price"
        case .marks: "mark and index price"
        case .funding: "funding, charged as the venue charged it"
        case .bookRepair: "a book that a lost message broke is asked for anew"
        case .limit: "limit orders"
        case .market: "market orders"
        case .marketBuy: "a market purchase is of a quantity, not of money"
        case .postOnly: "post-only orders"
        case .ioc: "immediate-or-cancel orders"
        case .fok: "fill-or-kill orders"
        case .stopMarket: "stop orders that become market orders"
        case .stopLimit: "stop orders that become limit orders"
        case .reduceOnly: "reduce-only orders"
        case .partialFills: "partial fills, each told once"
        case .fees: "the fee of each fill"
        case .amendPrice: "changes an order's price"
        case .amendQuantity: "changes an order's quantity"
        case .cancel: "cancels"
        case .cancelRace: "a cancel that a fill overtakes"
        case .batchedOrders: "orders that wait for the rate go in one request"
        case .missingFunds: "tells that funds are missing"
        case .wrongTick: "tells that a price is off the tick"
        case .belowMinimum: "tells that a quantity is too small"
        case .goneOrder: "a cancel of an order that has just ended"
        case .reconnecting: "tells once what happened while the line was down"
        case .lostReply: "finds an order whose reply was lost, and sends it once"
        case .lostRequest: "an order that never arrived ends, and is not sent again"
        case .rateLimit: "keeps below the venue's limit of requests"
        case .clockSkew: "trades with a clock that is half a minute wrong"
        case .clockJump: "goes on when the clock is set while it trades"
        case .holdings: "balances and positions are the venue's own"
        case .foreignOrders: "shows open orders of others, and leaves them alone"
        case .restoredOrders: "takes up the orders of an earlier run"
        case .runCleaner: "cancels what a dead run left, and nothing else"
        case .massCancel: "cancels all open orders, and proves it"
        case .batchedCancels: "cancels many orders by one request"
        }
    }
}
