internal import NIOCore
internal import NIOWebSocket
internal import VenueSessions

/// Makes messages of frames and answers those of the protocol.
final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// A message whose last fragment has not come.
    private struct Unfinished {
        let isText: Bool
        let isCompressed: Bool
        var bytes: ByteBuffer
    }

    private let connection: WebSocketConnection
    private let inflater: MessageInflater?
    private var unfinished: Unfinished?

    init(_ deflate: Deflate?, for connection: WebSocketConnection) {
        inflater = deflate.map { MessageInflater($0) }
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !connection.isOver else { return }
        let frame = unwrapInboundIn(data)
        if let flaw = flaw(of: frame) {
            violated(flaw)
            return
        }
        switch frame.opcode {
        case .text, .binary: began(frame)
        case .continuation: continued(frame)
        case .ping: connection.pinged(frame.data)
        case .pong: break
        case .connectionClose: closed(frame.data)
        default: violated("a frame of an unknown kind")
        }
    }

    private func flaw(of frame: WebSocketFrame) -> String? {
        if frame.maskKey != nil { return "a masked frame" }
        let mayBeCompressed = inflater != nil && (frame.opcode == .text || frame.opcode == .binary)
        if frame.rsv2 || frame.rsv3 || (frame.rsv1 && !mayBeCompressed) {
            return "a reserved bit is set"
        }
        return nil
    }

    private func began(_ frame: WebSocketFrame) {
        let isText = frame.opcode == .text
        guard unfinished == nil else {
            violated("a message begins within another")
            return
        }
        guard frame.fin else {
            unfinished = Unfinished(isText: isText, isCompressed: frame.rsv1, bytes: frame.data)
            return
        }
        received(frame.data, isText: isText, isCompressed: frame.rsv1)
    }

    private func continued(_ frame: WebSocketFrame) {
        guard var message = unfinished.take() else {
            violated("a message goes on that never began")
            return
        }
        guard
            message.bytes.readableBytes + frame.data.readableBytes <= NetworkSettings.Limit.message
        else {
            connection.protocolFailed(
                "a message is longer than \(NetworkSettings.Limit.message) bytes",
                code: WebSocketConnection.tooLong)
            return
        }
        message.bytes.writeImmutableBuffer(frame.data)
        guard frame.fin else {
            unfinished = message
            return
        }
        received(message.bytes, isText: message.isText, isCompressed: message.isCompressed)
    }

    private func received(_ message: ByteBuffer, isText: Bool, isCompressed: Bool) {
        guard isCompressed, let inflater else {
            unsafe message.withUnsafeReadableBytes { bytes in
                let bytes = unsafe bytes.bindMemory(to: UInt8.self)
                connection.received(unsafe Span(_unsafeElements: bytes), isText: isText)
            }
            return
        }
        do {
            try inflater.withUnpacked(message) { connection.received($0, isText: isText) }
        } catch {
            connection.fail(error)
        }
    }

    /// Whether a close frame may hold the code.
    ///
    /// Source: RFC 6455, section 7.4.
    private static func isCode(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    private func closed(_ payload: ByteBuffer) {
        var payload = payload
        let isBare = payload.readableBytes == 0
        let code = payload.readInteger(as: UInt16.self)
        guard isBare || code.map(Self.isCode) == true else {
            violated("a close frame with a code that does not exist")
            return
        }
        connection.closedByPeer(code: code, reason: quoted(payload.readableBytesView))
    }

    private func violated(_ flaw: String) {
        connection.protocolFailed(flaw)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.caught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.cut()
    }
}
