internal import PlainJSON
package import TradingModel

/// One client's socket: who it is and what it wants to hear.
final class CoinTRSocket {
    /// A market's channel.
    struct Topic: Hashable {
        let channel: String
        let market: String
    }

    /// What is told in a topic, and what was told last.
    struct Feed {
        let market: ExchangeMarket
        var step = Price.zero
        var limit = 1
        /// Nanoseconds between two pushes.
        var span: Int64 = 0
        /// Minutes of a bar.
        var minutes: Int64 = 1
        var sentAt = Timestamp.distantPast
        var sent: JSON?
        /// The last trade that was told.
        var tradeID: Int64 = 0
    }

    let id: ConnectionID
    /// Set by `auth`.
    var account: ExchangeAccount?
    var feeds: [Topic: Feed] = [:]
    /// In the order of the subscriptions, so that the same seed tells the same.
    var topics: [Topic] = []
    /// The segments whose news of the account it wants.
    var ownNews: Set<ExchangeSegment> = []
    /// When a pong came last.
    var pongAt: Timestamp
    var pingedAt: Timestamp

    static let pingSpan: Int64 = 5_000_000_000
    static let patience: Int64 = 15_000_000_000

    init(_ id: ConnectionID, at time: Timestamp) {
        self.id = id
        pongAt = time
        pingedAt = time
    }

    /// So much time does not count.
    func wait(nanoseconds: Int64) {
        pongAt = pongAt.advanced(byNanoseconds: nanoseconds)
        pingedAt = pingedAt.advanced(byNanoseconds: nanoseconds)
    }
}

extension CoinTRSimulator {
    package func receive(_ connection: ConnectionID, _ text: String, at time: Timestamp) {
        advance(to: time)
        guard let socket = sockets[connection] else { return }
        do throws(CoinTRSimulatorRefusal) {
            guard let message = try? JSON(parsing: Array(text.utf8)),
                let operation = message["op"]?.text
            else { throw .invalid("op") }
            let args = message["args"] ?? [:]
            // The pages say an object here and a list there.
            try answer(
                operation, message["channel"]?.text, args.items?.first ?? args, on: socket)
        } catch {
            send(
                ["event": "error", "code": .integer(error.code), "msg": .text(error.message)],
                to: socket)
        }
    }

    func send(_ message: JSON, to socket: CoinTRSocket) {
        outputs.append(.send(socket.id, message.bytes, isText: true))
    }

    private func answer(
        _ operation: String, _ channel: String?, _ args: JSON, on socket: CoinTRSocket
    ) throws(CoinTRSimulatorRefusal) {
        switch operation {
        case "auth":
            try signIn(args, socket)
            send(["event": "auth"], to: socket)
        case "subscribe":
            guard let channel else { throw .invalid("channel") }
            let topic = try enter(channel, args, socket)
            acknowledge(operation, channel, args, socket)
            if let topic { beginFeed(topic, args, socket) } else { beginNews(channel, socket) }
        case "unsubscribe":
            guard let channel else { throw .invalid("channel") }
            leave(channel, args, socket)
            acknowledge(operation, channel, args, socket)
        default: throw .invalid("op")
        }
    }

    private func acknowledge(
        _ event: String, _ channel: String, _ args: JSON, _ socket: CoinTRSocket
    ) {
        send(["event": .text(event), "channel": .text(channel), "args": args], to: socket)
    }

    private func signIn(
        _ args: JSON, _ socket: CoinTRSocket
    ) throws(CoinTRSimulatorRefusal) {
        guard let key = args["apiKey"]?.text, let account = exchange.account(key),
            account.settings.isAddressAllowed, !account.settings.isBarred
        else { throw .unknownKey }
        guard let stamp = args["timestamp"]?.text, let milliseconds = Int64(stamp) else {
            throw .invalid("timestamp")
        }
        guard CoinTRSignature.isFresh(milliseconds, at: now) else { throw .expired }
        let text = Array("timestamp=\(stamp)".utf8)
        guard let sign = args["sign"]?.text,
            isSigned(text, sign, milliseconds: milliseconds, account)
        else { throw .badSignature }
        socket.account = account
    }

    // MARK: - Subscriptions

    private static func segment(_ channel: String) -> ExchangeSegment {
        channel.hasSuffix("_spot") ? .spot : .futures
    }

    private func isNews(_ channel: String) -> Bool {
        channel == "user_data_spot" || channel == "user_data_perp"
    }

    /// - Returns: nil: it is the account's news.
    private func enter(
        _ channel: String, _ args: JSON, _ socket: CoinTRSocket
    ) throws(CoinTRSimulatorRefusal) -> CoinTRSocket.Topic? {
        let segment = Self.segment(channel)
        if isNews(channel) {
            guard socket.account != nil else { throw .needsSignature }
            socket.ownNews.insert(segment)
            return nil
        }
        let parameters = try CoinTRParameters(args)
        let market = try known(try parameters.text("instId"), segment)
        var feed = CoinTRSocket.Feed(market: market)
        switch channel {
        case "mini_books_spot", "mini_books_perp": feed.span = try Self.span(args)
        case "books_spot", "books_perp":
            feed.span = try Self.span(args)
            guard let step = try parameters.text("step"),
                let wanted = try? Price(step),
                let width = market.steps.first(where: { $0 == wanted })
            else { throw .invalid("step") }
            feed.step = width
            feed.limit = Int(Self.number(args, "limit") ?? 5)
            guard (1...20).contains(feed.limit) else { throw .invalid("limit") }
        case "trades_spot", "trades_perp": break
        case "kline_spot", "kline_perp":
            guard let minutes = Self.bars[try parameters.text("bar") ?? ""] else {
                throw .invalid("bar")
            }
            feed.minutes = minutes
        case "market_perp": break
        default: throw .invalid("channel")
        }
        guard (0...200).contains(Self.number(args, "initialNum") ?? 0) else {
            throw .invalid("initialNum")
        }
        let topic = CoinTRSocket.Topic(channel: channel, market: market.name)
        if socket.feeds[topic] == nil { socket.topics.append(topic) }
        socket.feeds[topic] = feed
        return topic
    }

    /// A number, or a text of one.
    static func number(_ args: JSON, _ key: String) -> Int64? {
        guard let value = args[key] else { return nil }
        return value.integer ?? value.text.flatMap { Int64($0) }
    }

    private static func span(_ args: JSON) throws(CoinTRSimulatorRefusal) -> Int64 {
        let speed = number(args, "updateSpeed") ?? 500
        guard speed >= 300 else { throw .invalid("updateSpeed") }
        return speed * 1_000_000
    }

    private func leave(_ channel: String, _ args: JSON, _ socket: CoinTRSocket) {
        guard !isNews(channel) else {
            socket.ownNews.remove(Self.segment(channel))
            return
        }
        let topic = CoinTRSocket.Topic(channel: channel, market: args["instId"]?.text ?? "")
        socket.feeds[topic] = nil
        socket.topics.removeAll { $0 == topic }
    }
}
