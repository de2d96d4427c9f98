internal import NIOCore
internal import NIOWebSocket

/// A client's frames, put together to messages; it knows nothing of sockets.
struct MessageAssembly {
    enum Result: Equatable {
        /// A whole text message.
        case text(String)
        case ping(ByteBuffer)
        case pong
        /// The client closes, with this code where it gave one.
        case close(WebSocketErrorCode?)
        /// Nothing to do yet.
        case nothing
        /// The client broke the protocol: close with this code.
        case violation(WebSocketErrorCode)
    }

    private let limit: Int
    /// Of a message whose end has not come.
    private var parts: ByteBuffer?

    /// - Parameter limit: the longest message, in bytes.
    init(limit: Int) { self.limit = limit }

    mutating func append(_ frame: WebSocketFrame) -> Result {
        guard frame.maskKey != nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return .violation(.protocolError)
        }
        var data = frame.unmaskedData
        switch frame.opcode {
        case .ping: return .ping(data)
        case .pong: return .pong
        case .connectionClose:
            guard data.readableBytes != 1 else { return .violation(.protocolError) }
            return .close(data.readWebSocketErrorCode())
        case .binary: return .violation(.unacceptableData)
        case .text:
            guard parts == nil else { return .violation(.protocolError) }
            return grow(ByteBuffer(), by: data, isLast: frame.fin)
        case .continuation:
            guard let begun = parts else { return .violation(.protocolError) }
            parts = nil
            return grow(begun, by: data, isLast: frame.fin)
        default: return .violation(.protocolError)
        }
    }

    private mutating func grow(
        _ begun: ByteBuffer, by data: ByteBuffer, isLast: Bool
    ) -> Result {
        guard begun.readableBytes + data.readableBytes <= limit else {
            return .violation(.messageTooLarge)
        }
        var whole = begun
        whole.writeImmutableBuffer(data)
        guard isLast else {
            parts = whole
            return .nothing
        }
        guard let text = String(validating: whole.readableBytesView, as: UTF8.self) else {
            return .violation(.dataInconsistentWithMessage)
        }
        return .text(text)
    }
}
