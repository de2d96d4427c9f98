internal import PlainJSON
package import TradingModel

/// One client's socket: what it may hear and what it wants to hear.
final class CoinExSocket {
    /// The markets or currencies of a channel.
    struct Wanted {
        var isAll = false
        var names: Set<String> = []

        func contains(_ name: String) -> Bool { isAll || names.contains(name) }
    }

    let id: ConnectionID
    let product: ExchangeSegment
    /// Set by `server.sign`.
    var account: ExchangeAccount?
    var receivedAt: Timestamp
    var bucket: TokenBucket
    /// By channel.
    var wanted: [String: Wanted] = [:]
    /// By market.
    var depth: [String: CoinExDepthFeed] = [:]
    /// By market: the last deal told.
    var dealsPushed: [String: Int64] = [:]
    /// By market: what was last told, so that only changes are.
    var statesPushed: [String: JSON] = [:]
    var touchesPushed: [String: JSON] = [:]

    init(_ id: ConnectionID, _ product: ExchangeSegment, at time: Timestamp) {
        self.id = id
        self.product = product
        receivedAt = time
        bucket = TokenBucket(rate: CoinExRateGroup.perSocket, at: time)
    }

    func wants(_ channel: String, _ name: String) -> Bool {
        wanted[channel]?.contains(name) ?? false
    }
}

extension CoinExSimulator {
    package func receive(_ connection: ConnectionID, _ text: String, at time: Timestamp) {
        advance(to: time)
        guard let socket = sockets[connection] else { return }
        socket.receivedAt = now
        var id = JSON.null
        do {
            guard let message = try? JSON(parsing: Array(text.utf8)),
                let method = message["method"]?.text, let number = message["id"]?.integer
            else { throw CoinExSocketRefusal.invalidArgument }
            id = .integer(number)
            guard socket.bucket.consume(1, at: now) else { throw CoinExSocketRefusal.tooFrequent }
            try answer(method, message["params"] ?? [:], id: id, on: socket)
        } catch {
            let refusal = error as? CoinExSocketRefusal ?? .invalidArgument
            send(
                [
                    "id": id, "message": .text(refusal.message),
                    "code": .integer(refusal.code(for: socket.product)),
                ], on: socket)
        }
    }

    private func answer(
        _ method: String, _ params: JSON, id: JSON, on socket: CoinExSocket
    ) throws(CoinExSocketRefusal) {
        let parts = method.split(separator: ".").map(String.init)
        guard parts.count == 2 else { throw .unknownMethod }
        switch (parts[0], parts[1]) {
        case ("server", "ping"):
            guard !settings.quirks.unansweredPings else { return }
            send(acknowledgement(id, data: ["result": "pong"]), on: socket)
        case ("server", "time"):
            send(acknowledgement(id, data: ["timestamp": .milliseconds(now)]), on: socket)
        case ("server", "sign"):
            try sign(params, socket)
            send(acknowledgement(id), on: socket)
        case (let channel, "subscribe"):
            let pushes = try subscribe(channel, params, socket)
            let isLate = settings.quirks.lateAcknowledgements && !pushes.isEmpty
            if !isLate { send(acknowledgement(id), on: socket) }
            for push in pushes { send(push, on: socket) }
            if isLate { send(acknowledgement(id), on: socket) }
        case (let channel, "unsubscribe"):
            try unsubscribe(channel, params, socket)
            send(acknowledgement(id), on: socket)
        default: throw .unknownMethod
        }
    }

    private func acknowledgement(_ id: JSON, data: JSON? = nil) -> JSON {
        guard let data else { return ["id": id, "code": 0, "message": "OK"] }
        return ["id": id, "code": 0, "data": data, "message": "OK"]
    }

    private func sign(_ params: JSON, _ socket: CoinExSocket) throws(CoinExSocketRefusal) {
        guard let key = params["access_id"]?.text, let signature = params["signed_str"]?.text,
            case .number(let timestamp)? = params["timestamp"], let time = Int64(timestamp)
        else { throw .invalidArgument }
        guard let account = exchange.account(key),
            !account.settings.isBarred, account.settings.isAddressAllowed,
            CoinExSignature.isFresh(time, at: now),
            signature == CoinExSignature.make(of: timestamp, secret: account.settings.secret)
        else { throw .badSignature }
        socket.account = account
    }

    // MARK: - Subscriptions

    private static let publicChannels: Set = ["state", "depth", "deals", "bbo", "index"]
    private static let privateChannels: Set = ["order", "stop", "user_deals", "balance"]

    private func subscribe(
        _ channel: String, _ params: JSON, _ socket: CoinExSocket
    ) throws(CoinExSocketRefusal) -> [JSON] {
        try check(channel, socket)
        if channel == "depth" { return try subscribeDepth(params, socket) }
        if channel == "notice" { return [] }
        let names = try names(channel, params, socket)
        var wanted = socket.wanted[channel] ?? CoinExSocket.Wanted()
        if names.isEmpty {
            // Where there is no "all", an empty list is a mistake.
            let needsNames =
                channel == "bbo" || channel == "premium"
                || channel == "index" && socket.product == .spot
            guard !needsNames else { throw .invalidArgument }
            wanted.isAll = true
        }
        wanted.names.formUnion(names)
        socket.wanted[channel] = wanted
        return firstPushes(channel, names, socket)
    }

    private func check(_ channel: String, _ socket: CoinExSocket) throws(CoinExSocketRefusal) {
        let isFutures = socket.product == .futures
        let isPublic = Self.publicChannels.contains(channel) || isFutures && channel == "premium"
        let isPrivate =
            Self.privateChannels.contains(channel) || channel == "notice"
            || isFutures && channel == "position"
        guard isPublic || isPrivate else { throw .unknownMethod }
        guard isPublic || socket.account != nil else { throw .needsSignature }
    }

    private func names(
        _ channel: String, _ params: JSON, _ socket: CoinExSocket
    ) throws(CoinExSocketRefusal) -> [String] {
        let key = channel == "balance" ? "ccy_list" : "market_list"
        guard let items = params[key]?.items else { throw .invalidArgument }
        var names: [String] = []
        for item in items {
            guard let name = item.text else { throw .invalidArgument }
            if channel != "balance", exchange.market(name, socket.product) == nil {
                throw .invalidArgument
            }
            names.append(name)
        }
        return names
    }

    private func subscribeDepth(
        _ params: JSON, _ socket: CoinExSocket
    ) throws(CoinExSocketRefusal) -> [JSON] {
        guard let items = params["market_list"]?.items, !items.isEmpty else {
            throw .invalidArgument
        }
        var feeds: [(String, CoinExDepthFeed)] = []
        for item in items {
            guard let parts = item.items, parts.count == 4, let name = parts[0].text,
                let market = exchange.market(name, socket.product), let limit = parts[1].integer,
                let interval = parts[2].text, case .bool(let isFull) = parts[3],
                let feed = CoinExDepthFeed(
                    market: market, limit: Int(limit), interval: interval, isFull: isFull)
            else { throw .invalidArgument }
            feeds.append((name, feed))
        }
        var pushes: [JSON] = []
        for (name, feed) in feeds {
            var feed = feed
            if let push = depthPush(&feed) { pushes.append(push) }
            socket.depth[name] = feed
        }
        return pushes
    }

    private func unsubscribe(
        _ channel: String, _ params: JSON, _ socket: CoinExSocket
    ) throws(CoinExSocketRefusal) {
        try check(channel, socket)
        guard channel != "notice" else { return }
        let names = try names(channel, params, socket)
        if channel == "depth" {
            if names.isEmpty { socket.depth.removeAll() }
            for name in names { socket.depth[name] = nil }
            return
        }
        guard !names.isEmpty else {
            socket.wanted[channel] = nil
            return
        }
        socket.wanted[channel]?.names.subtract(names)
    }
}
