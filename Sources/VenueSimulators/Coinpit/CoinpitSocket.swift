internal import PlainJSON
package import TradingModel

/// One client's WebSocket: Engine.IO, protocol 3, and Socket.IO 1.x in it.
final class CoinpitSocket {
    let id: ConnectionID
    /// Those whose events are told here.
    var accounts: [ExchangeAccount] = []
    var isGreeted = false
    /// It began with requests, and takes over what they began.
    let poller: CoinpitPoller?
    /// Whether it carries events: one that began with requests does so once it was tried.
    var isOpen: Bool
    var lastMessageAt: Timestamp

    /// The interval of pings and the patience for them, in milliseconds.
    static let pingInterval = 25_000
    static let pingTimeout = 60_000
    static let patience = Int64(pingInterval + pingTimeout) * 1_000_000

    init(_ id: ConnectionID, poller: CoinpitPoller?, at time: Timestamp) {
        self.id = id
        self.poller = poller
        isOpen = poller == nil
        lastMessageAt = time
    }

    static func handshake(_ sid: String, upgrades: JSON) -> String {
        let facts: JSON = [
            "sid": .text(sid), "upgrades": upgrades, "pingInterval": .integer(pingInterval),
            "pingTimeout": .integer(pingTimeout),
        ]
        return "0" + facts.line
    }
}

/// A connection that begins with requests instead of a WebSocket.
final class CoinpitPoller {
    let sid: String
    var packets: [String]
    var accounts: [ExchangeAccount] = []
    var isUpgraded = false
    var lastMessageAt: Timestamp

    init(_ sid: String, at time: Timestamp) {
        self.sid = sid
        lastMessageAt = time
        packets = [CoinpitSocket.handshake(sid, upgrades: ["websocket"]), "40"]
    }

    /// What waits, as one payload: each packet behind its length, in characters.
    func drain() -> [UInt8] {
        defer { packets = [] }
        return Array(packets.map { "\($0.utf16.count):\($0)" }.joined().utf8)
    }

    /// The packets of a payload: behind lengths in digits, or in binary frames.
    static func packets(_ body: [UInt8]) -> [String]? {
        body.first.map { $0 < 2 } ?? false ? binary(body) : text(body)
    }

    private static func text(_ body: [UInt8]) -> [String]? {
        var rest = Array(String(decoding: body, as: UTF8.self).utf16)[...]
        var packets: [String] = []
        while let colon = rest.firstIndex(of: 58) {
            guard let count = Int(String(decoding: rest[..<colon], as: UTF16.self)), count > 0
            else { return nil }
            let text = rest[(colon + 1)...].prefix(count)
            guard text.count == count else { return nil }
            packets.append(String(decoding: text, as: UTF16.self))
            rest = rest[(colon + 1)...].dropFirst(count)
        }
        return rest.isEmpty ? packets : nil
    }

    /// `00`, the length's digits as bytes, `ff`, the packet.
    private static func binary(_ body: [UInt8]) -> [String]? {
        var rest = body[...]
        var packets: [String] = []
        while rest.first != nil {
            guard let end = rest.firstIndex(of: 0xff) else { return nil }
            let digits = rest[(rest.startIndex + 1)..<end]
            guard !digits.isEmpty, digits.count < 8, digits.allSatisfy({ $0 < 10 }) else {
                return nil
            }
            let count = digits.reduce(0) { $0 * 10 + Int($1) }
            let packet = rest[(end + 1)...].prefix(count)
            guard packet.count == count else { return nil }
            packets.append(String(decoding: packet, as: UTF8.self))
            rest = rest[(end + 1)...].dropFirst(count)
        }
        return packets
    }
}

extension CoinpitSimulator {
    var openSockets: [CoinpitSocket] { sockets.keys.sorted().compactMap { sockets[$0] } }

    package func connect(_ connection: ConnectionID, path: String) -> Bool {
        let parts = path.split(separator: "?", maxSplits: 1)
        let plain = parts[0].hasSuffix("/") ? parts[0].dropLast() : parts[0]
        let query = CoinpitQuery(parts.count == 2 ? parts[1] : "")
        guard plain == "/socket.io", query["EIO"] == "3", query["transport"] == "websocket" else {
            return false
        }
        let poller = query["sid"].flatMap { pollers[$0] }
        if query["sid"] != nil, poller == nil { return false }
        sockets[connection] = CoinpitSocket(connection, poller: poller, at: now)
        return true
    }

    package func disconnect(_ connection: ConnectionID) { sockets[connection] = nil }

    /// The first that a connection hears, as soon as it can hear.
    func greet(_ socket: CoinpitSocket) {
        guard !socket.isGreeted else { return }
        socket.isGreeted = true
        guard socket.poller == nil else { return }
        send(CoinpitSocket.handshake("ws\(socket.id.number)", upgrades: []), to: socket)
        send("40", to: socket)
    }

    private func send(_ packet: String, to socket: CoinpitSocket) {
        outputs.append(.send(socket.id, Array(packet.utf8), isText: true))
    }

    func emit(_ name: String, _ payload: JSON, to socket: CoinpitSocket) {
        guard socket.isOpen else { return }
        send("42" + JSON.array([.text(name), payload]).line, to: socket)
    }

    func emit(_ name: String, _ payload: JSON, to poller: CoinpitPoller) {
        guard !poller.isUpgraded else { return }
        poller.packets.append("42" + JSON.array([.text(name), payload]).line)
    }

    /// To everybody.
    func broadcast(_ name: String, _ payload: JSON) {
        for socket in openSockets { emit(name, payload, to: socket) }
        for sid in pollers.keys.sorted() { pollers[sid].map { emit(name, payload, to: $0) } }
    }

    package func receive(_ connection: ConnectionID, _ text: String, at time: Timestamp) {
        advance(to: time)
        guard let socket = sockets[connection] else { return }
        greet(socket)
        socket.lastMessageAt = now
        switch text {
        case "2probe": send("3probe", to: socket)
        case "5": upgrade(socket)
        case _ where text.hasPrefix("2"):
            if !settings.quirks.unansweredPings { send("3" + text.dropFirst(), to: socket) }
        case "1", "41":
            sockets[connection] = nil
            outputs.append(.close(connection))
        case _ where text.hasPrefix("42"):
            received(text.dropFirst(2), Voice(socket: socket, poller: nil))
        default: break
        }
        exchange.accounts.forEach(publish)
    }

    private func upgrade(_ socket: CoinpitSocket) {
        guard let poller = socket.poller, !poller.isUpgraded else { return }
        poller.isUpgraded = true
        socket.isOpen = true
        socket.accounts = poller.accounts
        for packet in poller.packets { send(packet, to: socket) }
        poller.packets = []
    }

    // MARK: - Requests instead of a WebSocket

    func poll(_ request: HTTPRequest, _ query: CoinpitQuery) -> ServedReply {
        guard query["EIO"] == "3", query["transport"] == "polling" else {
            return .coinpit(["code": 0, "message": "Transport unknown"], status: 400, at: now)
        }
        guard let sid = query["sid"] else {
            pollerCount += 1
            let poller = CoinpitPoller("poll\(pollerCount)", at: now)
            pollers[poller.sid] = poller
            return payload(poller.drain())
        }
        guard let poller = pollers[sid] else {
            return .coinpit(["code": 1, "message": "Session ID unknown"], status: 400, at: now)
        }
        poller.lastMessageAt = now
        guard request.method == "POST" else {
            guard poller.packets.isEmpty else { return payload(poller.drain()) }
            // Nothing to say yet: a packet that means nothing, after a while.
            var reply = payload(Array("1:6".utf8))
            reply.delivery = .held(nanoseconds: poller.isUpgraded ? 0 : 1_000_000_000)
            return reply
        }
        guard let packets = CoinpitPoller.packets(request.body) else {
            return .coinpit(["code": 3, "message": "Bad request"], status: 400, at: now)
        }
        for packet in packets {
            if packet.hasPrefix("2") { poller.packets.append("3" + packet.dropFirst()) }
            if packet.hasPrefix("42") {
                received(packet.dropFirst(2), Voice(socket: nil, poller: poller))
            }
        }
        exchange.accounts.forEach(publish)
        return payload(Array("ok".utf8))
    }

    private func payload(_ bytes: [UInt8]) -> ServedReply {
        ServedReply(
            status: 200, headers: [ServedHeader("Content-Type", "text/plain; charset=UTF-8")],
            body: bytes)
    }

    /// Who speaks: over a WebSocket, or by requests.
    struct Voice {
        let socket: CoinpitSocket?
        let poller: CoinpitPoller?

        func register(_ account: ExchangeAccount) {
            if socket?.accounts.contains(where: { $0 === account }) == false {
                socket?.accounts.append(account)
            }
            if poller?.accounts.contains(where: { $0 === account }) == false {
                poller?.accounts.append(account)
            }
        }

        func unregister(_ account: ExchangeAccount) {
            socket?.accounts.removeAll { $0 === account }
            poller?.accounts.removeAll { $0 === account }
        }
    }

    func emit(_ name: String, _ payload: JSON, to voice: Voice) {
        if let socket = voice.socket { emit(name, payload, to: socket) }
        if let poller = voice.poller { emit(name, payload, to: poller) }
    }
}

/// What follows the question mark of a path.
struct CoinpitQuery {
    private let pairs: [(Substring, Substring)]

    init(_ text: Substring) {
        pairs = text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1)
            return (parts[0], parts.count == 2 ? parts[1] : "")
        }
    }

    subscript(name: String) -> String? { pairs.first { $0.0 == name }.map { String($0.1) } }
}
