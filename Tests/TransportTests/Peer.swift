internal import Cryptography
internal import Foundation
internal import NIOCore
internal import NIOPosix

/// The other side of one connection, which reads and writes bytes by hand, flaws included.
final class Peer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    struct Request {
        let line: String
        let headers: [String: String]
        let body: [UInt8]
    }

    struct Frame: Equatable {
        let opcode: UInt8
        let isMasked: Bool
        let payload: [UInt8]
    }

    /// What to do when something has come whole.
    struct Script: Sendable {
        var request: @Sendable (Peer, Request) -> Void = { peer, request in peer.accept(request) }
        var frame: @Sendable (Peer, Frame) -> Void = { _, _ in }
    }

    private enum Mode {
        case requests
        case frames
        case tunnel(any Channel)
        case deaf
    }

    private let script: Script
    private let log: (String) -> Void
    private var mode = Mode.requests
    private var unread: [UInt8] = []
    private(set) var channel: (any Channel)?

    init(_ script: Script, log: @escaping (String) -> Void) {
        self.script = script
        self.log = log
    }

    func handlerAdded(context: ChannelHandlerContext) { channel = context.channel }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Array(unwrapInboundIn(data).readableBytesView)
        if case .tunnel(let other) = mode {
            other.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
            return
        }
        unread += bytes
        while takeOne() {}
    }

    func channelInactive(context: ChannelHandlerContext) {
        log("peer lost")
        if case .tunnel(let other) = mode { other.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}

    /// Hands one whole request or frame to the script; false when there is none.
    private func takeOne() -> Bool {
        switch mode {
        case .requests:
            guard let request = takeRequest() else { return false }
            script.request(self, request)
            return true
        case .frames:
            guard let frame = takeFrame() else { return false }
            script.frame(self, frame)
            return true
        case .tunnel, .deaf: return false
        }
    }

    private func takeRequest() -> Request? {
        let end = Array("\r\n\r\n".utf8)
        guard let stop = unread.firstRange(of: end) else { return nil }
        let lines = String(decoding: unread[..<stop.lowerBound], as: UTF8.self)
            .components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        guard unread.count >= stop.upperBound + length else { return nil }
        let body = Array(unread[stop.upperBound..<(stop.upperBound + length)])
        unread.removeFirst(stop.upperBound + length)
        return Request(line: lines[0], headers: headers, body: body)
    }

    private func takeFrame() -> Frame? {
        guard unread.count >= 2 else { return nil }
        var at = 2
        var length = Int(unread[1] & 0x7f)
        let lengthBytes = length == 126 ? 2 : length == 127 ? 8 : 0
        guard unread.count >= at + lengthBytes + 4 else { return nil }
        if lengthBytes > 0 {
            length = unread[at..<(at + lengthBytes)].reduce(0) { $0 << 8 | Int($1) }
        }
        at += lengthBytes
        let isMasked = unread[1] & 0x80 != 0
        let mask = Array(unread[at..<(at + 4)])
        at += 4
        guard unread.count >= at + length else { return nil }
        let payload = (0..<length).map { unread[at + $0] ^ mask[$0 % 4] }
        let frame = Frame(opcode: unread[0] & 0x0f, isMasked: isMasked, payload: payload)
        unread.removeFirst(at + length)
        return frame
    }

    // MARK: What scripts do

    func write(_ text: String) { write(Array(text.utf8)) }
    func write(_ bytes: [UInt8]) { channel?.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
    func close() { channel?.close(promise: nil) }
    /// Takes no more notice of what comes.
    func ignore() { mode = .deaf }
    /// Does not even take it from the network.
    func stopReading() {
        _ = try? channel?.syncOptions?.setOption(.autoRead, value: false)
        mode = .deaf
    }

    /// Opens the WebSocket that the request asks for, then sends `more` in the same packet.
    func accept(_ request: Request, headers: String = "", key: String? = nil, more: [UInt8] = []) {
        let magic =
            (request.headers["sec-websocket-key"] ?? "") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        let accept = Data(sha1(Array(magic.utf8))).base64EncodedString()
        mode = .frames
        write(
            Array(
                ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: \(key ?? accept)\r\n\(headers)\r\n").utf8) + more)
    }

    /// Answers a request.
    func reply(_ status: String, _ body: String, headers: String = "") {
        write("HTTP/1.1 \(status)\r\ncontent-length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
    }

    /// Connects the other side with a port of this machine, as a proxy does.
    func tunnel(to port: Int) {
        guard let channel else { return }
        mode = .deaf
        ClientBootstrap(group: channel.eventLoop).connect(host: "127.0.0.1", port: port)
            .assumeIsolated().whenSuccess { [self] other in
                try? other.pipeline.syncOperations.addHandler(Back(channel))
                mode = .tunnel(other)
                write("HTTP/1.1 200 Connection established\r\n\r\n")
            }
    }

    private final class Back: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let other: any Channel
        init(_ other: any Channel) { self.other = other }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            other.writeAndFlush(unwrapInboundIn(data), promise: nil)
        }
        func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
    }

    /// The bytes of a frame; `flags` are its first four bits: last, and three reserved.
    static func frame(
        _ opcode: UInt8, _ payload: [UInt8], flags: UInt8 = 0x80, isMasked: Bool = false,
        length claimed: Int? = nil
    ) -> [UInt8] {
        let length = claimed ?? payload.count
        var bytes = [flags | opcode]
        let mask: UInt8 = isMasked ? 0x80 : 0
        switch length {
        case ..<126: bytes.append(mask | UInt8(length))
        case ..<65_536: bytes += [mask | 126, UInt8(length >> 8), UInt8(length & 0xff)]
        default:
            bytes.append(mask | 127)
            bytes += (0..<8).reversed().map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
        }
        return bytes + (isMasked ? [0, 0, 0, 0] : []) + payload
    }

    func text(_ text: String) { write(Self.frame(1, Array(text.utf8))) }
}
