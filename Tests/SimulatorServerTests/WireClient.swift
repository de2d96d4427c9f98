import Foundation
import NIOCore
import NIOPosix
import TLS

/// A client that knows nothing but bytes, so that a test sees what is on the wire.
final class WireClient: Sendable {
    struct TimedOut: Error, CustomStringConvertible {
        let received: String
        var description: String { "nothing that fits came; so far: \(received)" }
    }

    /// What has come, guarded by its condition.
    private final class Inbox: @unchecked Sendable {
        private let condition = NSCondition()
        private var bytes: [UInt8] = []
        private var isClosed = false

        func add(_ more: some Sequence<UInt8>) {
            condition.withLock { bytes += more }
            condition.broadcast()
        }

        func close() {
            condition.withLock { isClosed = true }
            condition.broadcast()
        }

        /// Waits until `take` finds what it looks for at the front, and removes what it took.
        func wait<Value>(_ take: ([UInt8], Bool) -> (Value, used: Int)?) throws -> Value {
            // Far more than is ever needed: it ends a test that has failed.
            let deadline = Date(timeIntervalSinceNow: 20)
            return try condition.withLock {
                while true {
                    if let (value, used) = take(bytes, isClosed) {
                        bytes.removeFirst(used)
                        return value
                    }
                    guard condition.wait(until: deadline) else {
                        throw TimedOut(received: String(decoding: bytes, as: UTF8.self))
                    }
                }
            }
        }
    }

    private final class Reader: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let inbox: Inbox
        init(_ inbox: Inbox) { self.inbox = inbox }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            inbox.add(unwrapInboundIn(data).readableBytesView)
        }
        func channelInactive(context: ChannelHandlerContext) { inbox.close() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    private let channel: any Channel
    private let inbox: Inbox

    init(port: Int, trusting authority: String? = nil, host: String? = "localhost")
        throws
    {
        let inbox = Inbox()
        self.inbox = inbox
        let context = try authority.map {
            try TLSContext(trustsSystem: false, authorities: $0)
        }
        channel = try ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { [context] channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(
                            TLSHandler(
                                context, host: host.map { .name($0) } ?? .address("127.0.0.1")))
                    }
                    try channel.pipeline.syncOperations.addHandler(Reader(inbox))
                }
            }.connect(host: "127.0.0.1", port: port).wait()
    }

    deinit { channel.close(promise: nil) }

    func send(_ bytes: [UInt8]) throws {
        try channel.writeAndFlush(ByteBuffer(bytes: bytes)).wait()
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Sends without waiting: the server may not be reading.
    func post(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

    func stopReading() throws {
        try channel.setOption(.autoRead, value: false).wait()
    }

    func resumeReading() throws { try channel.setOption(.autoRead, value: true).wait() }

    /// What comes before the server ends the connection.
    func rest() throws -> [UInt8] {
        try inbox.wait { bytes, isClosed in isClosed ? (bytes, bytes.count) : nil }
    }

    func wait<Value>(_ take: ([UInt8], Bool) -> (Value, used: Int)?) throws -> Value {
        try inbox.wait(take)
    }

    // MARK: - HTTP

    struct Response {
        let status: Int
        let head: String
        let body: String
    }

    func get(_ path: String) throws -> Response {
        try send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return try response()
    }

    /// The next response; that to HEAD has no body whatever its length says.
    func response(hasBody: Bool = true) throws -> Response {
        try wait { bytes, _ in
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
            let length =
                head.lowercased().firstMatch(of: /content-length: (\d+)/).flatMap { Int($0.1) } ?? 0
            let count = hasBody ? length : 0
            guard bytes.count >= end.upperBound + count else { return nil }
            let body = bytes[end.upperBound..<end.upperBound + count]
            let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            return (
                Response(status: status, head: head, body: String(decoding: body, as: UTF8.self)),
                end.upperBound + count
            )
        }
    }

    // MARK: - WebSocket

    struct Frame: Equatable {
        var isLast = true
        let opcode: UInt8
        let data: [UInt8]
        var text: String { String(decoding: data, as: UTF8.self) }
        var closeCode: Int? { data.count < 2 ? nil : Int(data[0]) << 8 | Int(data[1]) }
    }

    func upgrade(_ path: String = "/v2/spot") throws {
        try send(Self.handshake(path))
        let response = try response()
        guard response.status == 101 else { throw TimedOut(received: response.head) }
    }

    static func handshake(
        _ path: String, version: String = "13", key: String? = "dGhlIHNhbXBsZSBub25jZQ=="
    ) -> String {
        "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: \(version)\r\n"
            + (key.map { "Sec-WebSocket-Key: \($0)\r\n" } ?? "") + "\r\n"
    }

    /// A frame as a client sends it, masked unless told otherwise.
    static func frame(
        _ opcode: UInt8, _ data: [UInt8], isLast: Bool = true, isMasked: Bool = true
    ) -> [UInt8] {
        var frame: [UInt8] = [(isLast ? 0x80 : 0) | opcode]
        let flag: UInt8 = isMasked ? 0x80 : 0
        switch data.count {
        case ...125: frame.append(flag | UInt8(data.count))
        case ...0xffff:
            frame += [flag | 126, UInt8(data.count >> 8), UInt8(data.count & 0xff)]
        default:
            frame.append(flag | 127)
            frame += (0..<8).reversed().map { UInt8(data.count >> ($0 * 8) & 0xff) }
        }
        guard isMasked else { return frame + data }
        let mask: [UInt8] = [0x11, 0x22, 0x33, 0x44]
        return frame + mask + data.enumerated().map { $0.element ^ mask[$0.offset % 4] }
    }

    func say(_ text: String) throws { try send(Self.frame(1, Array(text.utf8))) }

    func frame() throws -> Frame {
        try wait { bytes, _ in
            guard bytes.count >= 2 else { return nil }
            var start = 2
            var count = Int(bytes[1] & 0x7f)
            let extra = count == 126 ? 2 : count == 127 ? 8 : 0
            guard bytes.count >= start + extra else { return nil }
            if extra > 0 { count = bytes[start..<start + extra].reduce(0) { $0 << 8 | Int($1) } }
            start += extra
            guard bytes.count >= start + count else { return nil }
            let data = Array(bytes[start..<start + count])
            return (
                Frame(isLast: bytes[0] & 0x80 != 0, opcode: bytes[0] & 0xf, data: data),
                start + count
            )
        }
    }
}
