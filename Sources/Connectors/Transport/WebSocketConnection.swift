internal import NIOCore
internal import NIOPosix
internal import NIOWebSocket
internal import VenueSessions

/// One socket from the wish to open it to its end, which is reported once, if it was not our own wish.
final class WebSocketConnection {
    private enum State {
        case opening((any Channel)?)
        case open(any Channel)
        case over
    }

    private typealias Limit = NetworkSettings.Limit

    // Codes of close frames. Source: RFC 6455, section 7.4.1.
    static let normalClosure: UInt16 = 1000
    static let protocolError: UInt16 = 1002
    static let tooLong: UInt16 = 1009

    private let id: SocketID
    private let endpoint: Endpoint
    private let terms: SocketTerms
    private let dialer: Dialer
    private let driver: SessionDriver
    private let teller: ProblemTeller
    private var state = State.opening(nil)
    private var openingTimer: Scheduled<Void>?
    /// The message that was made ready last and not sent.
    private var practised: ByteBuffer?
    /// What the server said instead of opening, should the rest of it not come in time.
    var refusal: TransportProblem?

    init(
        _ id: SocketID, _ endpoint: Endpoint, _ terms: SocketTerms, _ dialer: Dialer,
        for driver: SessionDriver
    ) {
        self.id = id
        self.endpoint = endpoint
        self.terms = terms
        self.dialer = dialer
        self.driver = driver
        let settings = dialer.settings
        teller = ProblemTeller(
            endpoint: endpoint, proxy: settings.proxies.proxy(for: endpoint), waits: settings.waits)
    }

    var isOver: Bool { if case .over = state { true } else { false } }

    // MARK: What the driver wants

    func open(on loop: any EventLoop) {
        let wait = dialer.settings.waits.open
        openingTimer = loop.assumeIsolated().scheduleTask(in: wait) { [self] in
            let text = "\(endpoint.place) did not open the socket within \(teller.spelled(wait))"
            fail(refusal ?? TransportProblem(.timeout, text))
        }
        dialer.connect(to: endpoint).assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let channel): connected(channel)
            case .failure(let error): caught(error)
            }
        }
    }

    /// Sends a text message; one for a socket that is not open is dropped: its end is reported anyway.
    func send(_ text: String) {
        guard case .open(let channel) = state else { return }
        var payload = room(in: channel, for: text.utf8.count)
        payload.writeString(text)
        write(.text, payload)
    }

    /// Makes a message ready as ``send(_:)`` does, and sends nothing.
    func practise(_ text: String) {
        guard case .open(let channel) = state else { return }
        var payload = room(in: channel, for: text.utf8.count)
        payload.writeString(text)
        payload.webSocketMask(.random())
        practised = payload
    }

    /// Ends it without a word to the session.
    ///
    /// - Returns: when the connection is gone; nil when there was none.
    @discardableResult
    func close() -> EventLoopFuture<Void>? { leave(saying: Self.normalClosure) }

    // MARK: What its handlers tell

    private func connected(_ channel: any Channel) {
        guard case .opening = state else {
            channel.close(promise: nil)
            return
        }
        state = .opening(channel)
        do {
            try UpgradeHandler(endpoint, offering: terms.subprotocols, for: self)
                .install(in: channel)
            try channel.pipeline.syncOperations.addHandler(OpeningHandler(self))
        } catch {
            caught(error)
        }
    }

    /// The server agreed: from now on the channel reads and writes frames.
    func agreed(_ channel: any Channel, _ deflate: Deflate?) throws {
        let decoder = WebSocketFrameDecoder(maxFrameSize: Limit.message)
        try channel.pipeline.syncOperations.addHandlers([
            WebSocketFrameEncoder(), ByteToMessageHandler(decoder),
            FrameHandler(deflate, for: self),
        ])
    }

    func opened() {
        guard case .opening(let channel?) = state else { return }
        openingTimer?.cancel()
        state = .open(channel)
        driver.opened(id)
    }

    func received(_ message: Span<UInt8>, isText: Bool) {
        guard !isOver else { return }
        driver.received(message, isText: isText, on: id)
    }

    /// Answers a ping of the server's.
    func pinged(_ payload: ByteBuffer) {
        write(.pong, payload)
        guard terms.tellsPings, !isOver else { return }
        driver.pinged(id)
    }

    func closedByPeer(code: UInt16?, reason: String) {
        guard !isOver else { return }
        let told = code.map { "with code \($0)" } ?? "without a code"
        leave(saying: code ?? Self.normalClosure)
        let said = reason.isEmpty ? "" : ": \(reason)"
        driver.closed(id, teller.cut("closed by the venue \(told)\(said)"))
    }

    /// The other side broke the protocol: nothing that it sends can be understood any more.
    func protocolFailed(_ flaw: String, code: UInt16 = protocolError) {
        guard !isOver else { return }
        leave(saying: code)
        let text = "\(endpoint.place) breaks the WebSocket protocol: \(flaw)"
        driver.closed(id, TransportProblem(.other, text))
    }

    /// The connection ended without a close frame.
    func cut() { fail(refusal ?? teller.cut("the connection ended without a close frame")) }

    func caught(_ error: any Error) {
        switch (state, error) {
        case (_, NIOWebSocketError.invalidFrameLength):
            protocolFailed(
                "a message is longer than \(Limit.message) bytes", code: Self.tooLong)
        case (_, let error as NIOWebSocketError): protocolFailed("\(error)")
        default: fail(teller.problem(error, now: driver.now))
        }
    }

    func fail(_ problem: TransportProblem) {
        guard !isOver else { return }
        leave(saying: nil)
        driver.closed(id, problem)
    }

    /// Closes the channel; where it speaks frames and there is a code, with a close frame.
    @discardableResult
    private func leave(saying code: UInt16?) -> EventLoopFuture<Void>? {
        openingTimer?.cancel()
        defer { state = .over }
        switch state {
        case .opening(let channel):
            channel?.close(promise: nil)
            return channel?.closeFuture
        case .open(let channel):
            state = .over  // what writing brings about is not told any more
            if let code {
                var payload = room(in: channel, for: 2)
                payload.writeInteger(code)
                write(.connectionClose, payload, to: channel)
            }
            channel.close(promise: nil)
            return channel.closeFuture
        case .over: return nil
        }
    }
}

// MARK: Writing
extension WebSocketConnection {
    /// The longest head of a frame: two bytes, eight of length, four of the mask.
    private static let headLength = 14

    /// A buffer that leaves the encoder room for the frame's head, so that both are one write.
    private func room(in channel: any Channel, for count: Int) -> ByteBuffer {
        var buffer = channel.allocator.buffer(capacity: Self.headLength + count)
        buffer.moveWriterIndex(to: Self.headLength)
        buffer.moveReaderIndex(to: Self.headLength)
        return buffer
    }

    /// Sends a frame; a server that reads none of them for long is left.
    func write(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {
        guard case .open(let channel) = state else { return }
        write(opcode, payload, to: channel)
        guard !channel.isWritable, !isOver else { return }
        let unsent = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        guard unsent > Limit.unsent else { return }
        fail(teller.cut("the venue does not read: \(unsent) bytes wait to be sent"))
    }

    private func write(_ opcode: WebSocketOpcode, _ payload: ByteBuffer, to channel: any Channel) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: payload)
        channel.pipeline.syncOperations.writeAndFlush(NIOAny(frame), promise: nil)
    }
}

/// The end of the pipeline until the socket is open: what goes wrong ends here.
private final class OpeningHandler: ChannelInboundHandler {
    typealias InboundIn = Any
    private let connection: WebSocketConnection

    init(_ connection: WebSocketConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.fireChannelRead(data) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.caught(error)
    }
    func channelInactive(context: ChannelHandlerContext) { connection.cut() }
}
