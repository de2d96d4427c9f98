internal import NIOCore
internal import NIOWebSocket
internal import VenueSimulators

/// One WebSocket: the client's messages to the venue, the venue's outputs to the client.
final class SocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private enum State {
        case open
        /// A close frame is out; nothing but the client's is waited for.
        case closing
        case gone
    }

    let id: ConnectionID
    private let venue: ServerLoop
    private var assembly: MessageAssembly
    private var context: ChannelHandlerContext?
    private var state = State.open
    private var isPaused = false
    /// Came in the same read as the frame behind which reading was paused; then reading is off.
    private var unread: [WebSocketFrame] = []

    init(_ id: ConnectionID, _ venue: ServerLoop) {
        self.id = id
        self.venue = venue
        assembly = MessageAssembly(limit: venue.limits.messageBytes)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        venue.attach(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        guard context != nil else { return }
        state = .gone
        context = nil
        venue.disconnect(id)
    }

    // MARK: - From the client

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        receive(unwrapInboundIn(data))
    }

    private func receive(_ frame: WebSocketFrame) {
        guard !isPaused else {
            unread.append(frame)
            return
        }
        switch assembly.append(frame) {
        case .nothing: break
        case .text(let text): if case .open = state { venue.receive(id, text) }
        case .pong: if case .open = state { venue.receivePong(id) }
        case .ping(let data): if case .open = state { write(.pong, data) }
        case .close(let code): answerClose(code)
        case .violation(let code): close(code)
        }
    }

    private func answerClose(_ code: WebSocketErrorCode?) {
        let wasOpen = if case .open = state { true } else { false }
        state = .closing
        guard let context else { return }
        guard wasOpen else {
            context.close(promise: nil)
            return
        }
        var data = ByteBuffer()
        if let code { data.write(webSocketErrorCode: code) }
        write(.connectionClose, data)?.assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }

    // MARK: - From the venue

    func perform(_ output: SimulatorOutput) {
        guard case .open = state, let context else { return }
        switch output {
        case .send(_, let bytes, let isText):
            write(isText ? .text : .binary, ByteBuffer(bytes: bytes))
        case .sendFragments(_, let parts, let isText):
            for (place, part) in parts.enumerated() {
                let kind: WebSocketOpcode = place > 0 ? .continuation : isText ? .text : .binary
                write(kind, ByteBuffer(bytes: part), isLast: place == parts.count - 1)
            }
        case .sendTorn(_, let bytes, let isText): sendTorn(bytes, isText: isText, context)
        case .ping: write(.ping, ByteBuffer())
        case .close: close(.normalClosure)
        case .expel: close(.policyViolation)
        case .cut: cut()
        case .pauseReading(_, let nanoseconds): pause(nanoseconds)
        }
    }

    /// The server is about to end.
    func goAway() { if case .open = state { close(.goingAway) } }

    @discardableResult
    private func write(
        _ kind: WebSocketOpcode, _ data: ByteBuffer, isLast: Bool = true
    ) -> EventLoopFuture<Void>? {
        guard let context, case let waiting = waitingBytes(context) else { return nil }
        guard waiting + data.readableBytes <= venue.limits.waitingBytes else {
            cut()
            return nil
        }
        let frame = WebSocketFrame(fin: isLast, opcode: kind, data: data)
        return context.writeAndFlush(wrapOutboundOut(frame))
    }

    /// What the client has not taken yet, beyond the system's own buffers.
    private func waitingBytes(_ context: ChannelHandlerContext) -> Int {
        // Every TCP channel knows; another kind has no such buffer.
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    private func close(_ code: WebSocketErrorCode) {
        guard case .open = state else { return }
        var data = ByteBuffer()
        data.write(webSocketErrorCode: code)
        venue.after(nanoseconds: venue.limits.closingNanoseconds) { [weak self] in self?.cut() }
        write(.connectionClose, data)
        state = .closing
    }

    private func cut() {
        state = .closing
        context?.channel.cutLine()
    }

    private func sendTorn(_ bytes: [UInt8], isText: Bool, _ context: ChannelHandlerContext) {
        let whole = Self.encoded(bytes, isText: isText)
        let half = whole.getSlice(at: 0, length: whole.readableBytes / 2) ?? ByteBuffer()
        state = .closing
        context.channel.pipeline.writeRaw(half, from: WebSocketFrameEncoder.self)
            .assumeIsolated().whenComplete { [self] _ in cut() }
    }

    /// A frame as it goes over the wire.
    private static func encoded(_ bytes: [UInt8], isText: Bool) -> ByteBuffer {
        var frame = ByteBuffer()
        frame.writeInteger(UInt8(0x80 | (isText ? 1 : 2)))
        switch bytes.count {
        case ...125: frame.writeInteger(UInt8(bytes.count))
        case ...0xffff:
            frame.writeInteger(UInt8(126))
            frame.writeInteger(UInt16(bytes.count))
        default:
            frame.writeInteger(UInt8(127))
            frame.writeInteger(UInt64(bytes.count))
        }
        frame.writeBytes(bytes)
        return frame
    }

    // MARK: - Reading

    private func pause(_ nanoseconds: Int64) {
        guard !isPaused else { return }
        isPaused = true
        setReading(false)
        venue.after(nanoseconds: nanoseconds) { [weak self] in self?.resume() }
    }

    private func resume() {
        guard context != nil else { return }
        isPaused = false
        let frames = unread
        unread = []
        for frame in frames { receive(frame) }  // may pause again, and then keeps the rest
        if !isPaused { setReading(true) }
    }

    private func setReading(_ isOn: Bool) {
        // Fails only on a channel that is closed, where it no longer matters.
        try? context?.channel.syncOptions?.setOption(.autoRead, value: isOn)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The frame decoder's own handler has answered what the client did wrong.
        context.close(promise: nil)
    }
}
