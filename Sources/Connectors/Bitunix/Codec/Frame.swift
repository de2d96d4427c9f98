package import PlainJSON
package import TradingModel
package import WireText

/// What the venue tells by itself.
package enum Push: Hashable {
    case depth(DepthPush)
    case trades([PublicTrade])
    case ticker(DayTicker)
    case prices(MarketPrices)
    case candle(CandlePush)
    case order(WireOrder)
    case position(WirePosition)
    case balance(WireBalance)
    case unknown(channel: String)
}

/// A whole message of a socket, read the slow and checked way.
///
/// A push has a channel (`ch`), all else an `op`. Nothing has a number.
package enum Frame: WireValue, Hashable {
    /// The greeting of a new connection.
    case greeting
    /// Nil: signed in.
    case login(refusal: String?)
    case pong
    case unsubscribed
    /// A request that was refused, with what the venue says.
    case refused(op: String, message: String)
    /// - Parameters:
    ///   - market: of the envelope; nil: a push about the account.
    ///   - time: when the gateway sent it.
    case push(Push, market: String?, time: Timestamp?)
    case unknown(op: String)

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        guard let channel = try fields.text("ch") else {
            self = try Self.reply(fields, json)
            return
        }
        let time = try fields.moment("ts")
        let push = try Self.push(channel, json["data"] ?? .null, time)
        self = .push(push, market: try fields.text("symbol"), time: time)
    }

    package init(parsing bytes: [UInt8]) throws(BadMessage) {
        self = try readJSON(Frame.self, bytes)
    }

    private static func reply(_ fields: Fields, _ json: JSON) throws -> Frame {
        let op = try fields.need("op")
        let data = json["data"].flatMap { try? Fields($0) }
        let isRefused = try data?.flag("result") == false
        let message = try data?.text("msg") ?? ""
        switch op {
        case "connect": return .greeting
        case "login": return .login(refusal: isRefused ? message : nil)
        case "ping": return .pong
        case "unsubscribe" where !isRefused: return .unsubscribed
        default: return isRefused ? .refused(op: op, message: message) : .unknown(op: op)
        }
    }

    private static func push(
        _ channel: String, _ data: JSON, _ time: Timestamp?
    ) throws -> Push {
        switch channel {
        case "depth_book1", "depth_book5", "depth_book15":
            guard let time else { throw BadMessage("`ts` is missing") }
            let levels = Int(channel.dropFirst("depth_book".count)) ?? 0
            return .depth(try DepthPush(levels: levels, time: time, reading: data))
        case "trade": return .trades(try listed(data).map { try PublicTrade(reading: $0) })
        case "ticker": return .ticker(try DayTicker(reading: data))
        case "price": return .prices(try MarketPrices(reading: data))
        case "order": return .order(try WireOrder(reading: one(data)))
        case "position": return .position(try WirePosition(reading: one(data)))
        case "balance": return .balance(try WireBalance(reading: one(data)))
        case _ where channel.hasPrefix("market_kline_") || channel.hasPrefix("mark_kline_"):
            return .candle(try CandlePush(reading: data))
        default: return .unknown(channel: channel)
        }
    }

    /// An object; the venue's page calls it a list.
    private static func one(_ data: JSON) throws -> JSON {
        guard let items = data.items else { return data }
        guard items.count == 1 else { throw BadMessage("a list of \(items.count) in a push") }
        return items[0]
    }
}
