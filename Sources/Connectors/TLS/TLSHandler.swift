package import NIOCore
internal import NIOTLS

/// Speaks TLS between the network and the handlers behind it, as a client or as a server.
///
/// Says `TLSUserEvent.handshakeCompleted` when it is safe to write; what is written before waits.
/// What goes wrong is a ``TLSFailure``, and the channel is closed.
package final class TLSHandler: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// What the other side's certificate must name.
    package enum Host: Sendable {
        case name(String)
        case address(String)
    }

    private enum State {
        case new
        case handshaking
        case open
        /// We said goodbye, and wait a while for the other side's: what is cut off at once may not
        /// arrive.
        case leaving(Scheduled<Void>)
        case over
    }

    private static let goodbyeWait = TimeAmount.seconds(1)

    private let connection: TLSConnection
    private var state = State.new
    /// What was written before the handshake was done.
    private var early: [(bytes: ByteBuffer, promise: EventLoopPromise<Void>?)] = []
    private var isFlushWanted = false
    private var closing: [EventLoopPromise<Void>] = []

    /// - Parameter host: who the other side must be; nil: we are the server.
    package init(_ context: TLSContext, host: Host?) throws(TLSFailure) {
        connection = try TLSConnection(context, host: host)
    }

    // MARK: - The channel's life

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    package func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        start(context)
    }

    private func start(_ context: ChannelHandlerContext) {
        guard case .new = state else { return }
        state = .handshaking
        shakeHands(context)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        switch state {
        case .new, .leaving, .over: end()
        case .handshaking:
            end()
            context.fireErrorCaught(TLSFailure.handshake("unexpected EOF"))
        case .open:
            end()
            context.fireErrorCaught(TLSFailure.cut)
        }
        context.fireChannelInactive()
    }

    package func handlerRemoved(context: ChannelHandlerContext) { end() }

    /// Nothing is written or waited for any more.
    private func end() {
        if case .leaving(let timer) = state { timer.cancel() }
        state = .over
        let lost = early
        early = []
        for write in lost { write.promise?.fail(ChannelError.ioOnClosedChannel) }
        let closed = closing
        closing = []
        for promise in closed { promise.succeed() }
    }

    // MARK: - What comes

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard connection.receive(unwrapInboundIn(data)) else {
            fail(.broken("no memory"), context)
            return
        }
        if case .handshaking = state { shakeHands(context) }
        switch state {
        case .open, .leaving: read(context)
        case .new, .handshaking, .over: break
        }
    }

    private func shakeHands(_ context: ChannelHandlerContext) {
        let step = connection.handshake()
        sendNow(context)
        switch step {
        case .waits: return
        case .done:
            state = .open
            writeEarly(context)
            context.fireUserInboundEventTriggered(
                TLSUserEvent.handshakeCompleted(negotiatedProtocol: nil))
        case .closed: fail(.handshake("unexpected EOF"), context)
        case .failed(let reason):
            fail(connection.doubt.map(TLSFailure.distrust) ?? .handshake(reason), context)
        }
    }

    private func read(_ context: ChannelHandlerContext) {
        while true {
            // What is read is never longer than what came.
            let room = connection.unread
            guard room > 0 else { break }
            var bytes = context.channel.allocator.buffer(capacity: room)
            switch (connection.read(into: &bytes, atMost: room), state) {
            case (.done, .open): context.fireChannelRead(wrapInboundOut(bytes))
            case (.done, .leaving): continue  // too late: nobody waits for it
            case (.done, _): return
            case (.waits, _): continue  // it was a part of something, or the protocol's own
            case (.closed, .open):
                connection.sendCloseNotify()
                sendNow(context)
                close(context)
                return
            case (.failed(let reason), .open):
                fail(.broken(reason), context)
                return
            case (.closed, _), (.failed, _):
                close(context)
                return
            }
        }
        // It may have answered something of the protocol's own.
        sendNow(context)
    }

    // MARK: - What goes

    package func write(
        context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
        switch state {
        case .new, .handshaking: early.append((unwrapOutboundIn(data), promise))
        case .open: write(unwrapOutboundIn(data), promise, context)
        case .leaving, .over: promise?.fail(ChannelError.ioOnClosedChannel)
        }
    }

    private func write(
        _ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext
    ) {
        switch connection.write(bytes) {
        case .done: send(context, promise: promise)
        case .waits, .closed:
            promise?.fail(ChannelError.ioOnClosedChannel)
        case .failed(let reason):
            promise?.fail(TLSFailure.broken(reason))
            fail(.broken(reason), context)
        }
    }

    private func writeEarly(_ context: ChannelHandlerContext) {
        let waiting = early
        early = []
        for (bytes, promise) in waiting { write(bytes, promise, context) }
        if isFlushWanted { context.flush() }
        isFlushWanted = false
    }

    package func flush(context: ChannelHandlerContext) {
        switch state {
        case .new, .handshaking: isFlushWanted = true
        case .open, .leaving, .over: context.flush()
        }
    }

    /// Writes what the connection has for the network.
    private func send(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        if let bytes = connection.toSend(context.channel.allocator) {
            context.write(wrapOutboundOut(bytes), promise: promise)
        } else {
            promise?.succeed()
        }
    }

    /// The same at once, of what the protocol itself has to say.
    private func sendNow(_ context: ChannelHandlerContext) {
        guard let bytes = connection.toSend(context.channel.allocator) else { return }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    // MARK: - Ends

    package func close(
        context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?
    ) {
        guard mode == .all else {
            promise?.fail(ChannelError.operationUnsupported)
            return
        }
        switch state {
        case .new, .handshaking, .over:
            end()
            context.close(promise: promise)
        case .open:
            if let promise { closing.append(promise) }
            connection.sendCloseNotify()
            sendNow(context)
            let timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.goodbyeWait) {
                self.close(context)
            }
            state = .leaving(timer)
        case .leaving: if let promise { closing.append(promise) }
        }
    }

    private func close(_ context: ChannelHandlerContext) {
        end()
        context.close(promise: nil)
    }

    private func fail(_ failure: TLSFailure, _ context: ChannelHandlerContext) {
        end()
        context.fireErrorCaught(failure)
        context.close(promise: nil)
    }
}
