internal import PlainJSON
package import TradingModel

/// One client's socket: what it may hear and what it wants to hear.
final class BitunixSocket {
    let id: ConnectionID
    let isPrivate: Bool
    /// Set by `login`.
    var account: ExchangeAccount?
    var isGreeted = false
    var pingedAt: Timestamp
    let openedAt: Timestamp
    var window = RequestWindow(rate: BitunixSocket.rate)
    /// Markets by channel.
    var wanted: [String: Set<String>] = [:]
    /// Channels of the account that were subscribed.
    var privately: Set<String> = []
    /// By market: the last trade that was told.
    var tradesReported: [String: Int64] = [:]

    /// Messages in any second; the next one ends the connection.
    static let rate: Int64 = 5
    static let mostChannels = 300
    /// Without a JSON ping for this long it is dropped, in nanoseconds: seen after 60 to 80 s.
    static let lifeWithoutPing: Int64 = 70_000_000_000

    init(_ id: ConnectionID, isPrivate: Bool, at time: Timestamp) {
        self.id = id
        self.isPrivate = isPrivate
        openedAt = time
        pingedAt = time
    }

    func wants(_ channel: String, _ market: String) -> Bool {
        wanted[channel]?.contains(market) ?? false
    }

    var channelCount: Int { wanted.values.reduce(privately.count) { $0 + $1.count } }
}

extension BitunixSimulator {
    /// What makes no sense is ignored, and what does is mostly not answered.
    package func receive(_ connection: ConnectionID, _ text: String, at time: Timestamp) {
        advance(to: time)
        guard let socket = sockets[connection] else { return }
        greet(socket)
        guard socket.window.consume(1, at: now) else {
            socket.account?.excessCount += 1
            return drop(connection)
        }
        guard let message = try? JSON(parsing: Array(text.utf8)), let op = message["op"]?.text
        else { return }
        switch op {
        case "ping": pinged(message["ping"] ?? .null, socket)
        case "login" where socket.isPrivate: login(message["args"]?.items?.first ?? [:], socket)
        case "subscribe": subscribe(message["args"]?.items ?? [], socket)
        case "unsubscribe":
            for entry in message["args"]?.items ?? [] {
                guard let channel = entry["ch"]?.text else { continue }
                socket.wanted[channel]?.remove(entry["symbol"]?.text ?? "")
                socket.privately.remove(channel)
            }
            send(
                ["op": "unsubscribe", "ts": .milliseconds(now), "data": "success"], to: connection)
        default: break
        }
    }

    /// The venue's second is that in which the socket was opened.
    private func pinged(_ value: JSON, _ socket: BitunixSocket) {
        socket.pingedAt = now
        guard !settings.quirks.unansweredPings else { return }
        let second = JSON.integer(socket.openedAt.nanoseconds / 1_000_000_000)
        send(["op": "ping", "pong": value, "ping": second], to: socket.id)
    }

    /// Timestamps count seconds here.
    private func login(_ arguments: JSON, _ socket: BitunixSocket) {
        let stamp = arguments["timestamp"]?.integer
        guard let key = arguments["apiKey"]?.text, let account = exchange.account(key), let stamp,
            let nonce = arguments["nonce"]?.text, let sign = arguments["sign"]?.text,
            !account.settings.isBarred, account.settings.isAddressAllowed,
            stamp < 100_000_000_000, BitunixSignature.isFresh(stamp * 1_000, at: now),
            sign
                == BitunixSignature.make(
                    nonce: nonce, timestamp: String(stamp), key: key, query: "", body: [],
                    secret: account.settings.secret)
        else {
            return send(
                ["op": "login", "data": ["result": false, "msg": "Sign signature error"]],
                to: socket.id)
        }
        socket.account = account
        send(["op": "login", "data": ["result": true]], to: socket.id)
    }

    // MARK: - Subscriptions

    private static let publicChannels: Set = [
        "depth_book1", "depth_book5", "depth_book15", "trade", "ticker", "price",
    ]
    private static let privateChannels: Set = ["order", "position", "balance", "tpsl"]

    private func subscribe(_ entries: [JSON], _ socket: BitunixSocket) {
        for entry in entries {
            guard let channel = entry["ch"]?.text else { continue }
            guard socket.channelCount < BitunixSocket.mostChannels else {
                let data: JSON = [
                    "msg": "subscribe channel > 300", "nonce": "", "result": false,
                ]
                return send(["op": "subscribe", "data": data], to: socket.id)
            }
            if socket.isPrivate {
                if Self.privateChannels.contains(channel) { socket.privately.insert(channel) }
            } else if let name = entry["symbol"]?.text, Self.publicChannels.contains(channel) {
                subscribe(channel, name, socket)
            }
        }
    }

    private func subscribe(_ channel: String, _ name: String, _ socket: BitunixSocket) {
        socket.wanted[channel, default: []].insert(name)
        guard let market = exchange.market(name, .futures) else {
            guard channel.hasPrefix("depth_book") else { return }
            let levels = JSON.array(Array(repeating: ["", ""], count: 15))
            return send(push(channel, name, ["b": levels, "a": levels]), to: socket.id)
        }
        guard channel == "trade" else { return }
        socket.tradesReported[name] = market.tape.deals.last?.id ?? 0
        market.publishedFrom = now
    }
}
