internal import NIOCore
internal import NIOHTTP1
internal import NIOWebSocket
internal import VenueSimulators

/// One connection's HTTP requests, until it becomes a WebSocket.
///
/// The pipelining handler before it gives it a request only when the last one is answered.
final class RequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case idle
        case reading(HTTPRequestHead, body: [UInt8])
        /// Asked, and the answer is not out yet.
        case answering
        /// Refused before its end; the rest is read and dropped.
        case discarding(bytes: Int)
    }

    private let venue: ServerLoop
    private var state = State.idle

    init(_ venue: ServerLoop) { self.venue = venue }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), state) {
        case (.head(let head), _): begin(head, context)
        case (.body(let part), .reading(let head, var body)):
            guard body.count + part.readableBytes <= venue.limits.bodyBytes else {
                refuseBody(head, context)
                return
            }
            state = .idle  // the only owner of the body grows it in place
            body.append(contentsOf: part.readableBytesView)
            state = .reading(head, body: body)
        case (.end, .reading(let head, let body)):
            state = .answering
            answer(head, body, context)
        case (.body(let part), .discarding(let bytes)):
            state = .discarding(bytes: bytes + part.readableBytes)
            if bytes > venue.limits.discardedBytes { context.close(promise: nil) }
        case (.end, .discarding): context.close(promise: nil)
        case (.body, _), (.end, _): break
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        state = .reading(head, body: [])
        let length = head.headers.first(name: "content-length").flatMap(Int.init) ?? 0
        let expects = head.headers[canonicalForm: "expect"].contains {
            $0.lowercased() == "100-continue"
        }
        if length > venue.limits.bodyBytes {
            refuseBody(head, context)
        } else if expects {
            // Past the pipelining handler, which would take it for the answer.
            var bytes = context.channel.allocator.buffer(capacity: 32)
            bytes.writeString("HTTP/1.1 100 Continue\r\n\r\n")
            context.channel.pipeline.writeRaw(bytes, from: HTTPResponseEncoder.self)
        }
    }

    private func refuseBody(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        state = .discarding(bytes: 0)
        let limit = venue.limits.bodyBytes
        write(
            .plain(413, "a request's body may have \(limit) bytes"), to: head, isLast: true,
            context)
    }

    private func answer(
        _ head: HTTPRequestHead, _ body: [UInt8], _ context: ChannelHandlerContext
    ) {
        if let refusal = Self.refusalOfHandshake(head) {
            write(refusal, to: head, context)
            return
        }
        let request = HTTPRequest(
            method: head.method == .HEAD ? "GET" : head.method.rawValue, path: head.uri,
            headers: head.headers.map { ServedHeader($0.name, $0.value) }, body: body)
        venue.answer(request) { reply in
            switch reply.delivery {
            case .prompt: write(reply, to: head, context)
            case .held(let nanoseconds):
                let channel = context.channel
                venue.after(nanoseconds: nanoseconds) { [self] in
                    guard channel.isActive else { return }
                    write(reply, to: head, context)
                }
            case .lost: context.channel.cutLine()
            case .silent: break
            }
        }
    }

    /// The answer to a WebSocket handshake that was not taken; nil: it is another request.
    private static func refusalOfHandshake(_ head: HTTPRequestHead) -> ServedReply? {
        let upgrades = head.headers[canonicalForm: "upgrade"].map { $0.lowercased() }
        guard upgrades.contains("websocket") else { return nil }
        let version = head.headers[canonicalForm: "sec-websocket-version"]
        guard version == ["13"] else {
            var reply = ServedReply.plain(426, "WebSocket version 13 is spoken here")
            reply.headers.append(ServedHeader("Sec-WebSocket-Version", "13"))
            return reply
        }
        guard head.method == .GET, head.headers.first(name: "sec-websocket-key") != nil else {
            return .plain(400, "a WebSocket handshake is a GET with Sec-WebSocket-Key")
        }
        return .plain(404, "no WebSocket at \(head.uri.prefix { $0 != "?" })")
    }

    private func write(
        _ reply: ServedReply, to head: HTTPRequestHead, isLast: Bool = false,
        _ context: ChannelHandlerContext
    ) {
        var headers = HTTPHeaders(reply.headers.map { ($0.name, $0.value) })
        headers.replaceOrAdd(name: "Content-Length", value: String(reply.body.count))
        let keepsAlive = head.isKeepAlive && !isLast
        if !keepsAlive {
            headers.replaceOrAdd(name: "Connection", value: "close")
        } else if head.version == .http1_0 {
            headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
        if case .answering = state { state = .idle }
        let status = HTTPResponseStatus(statusCode: reply.status)
        context.write(
            wrapOutboundOut(
                .head(HTTPResponseHead(version: head.version, status: status, headers: headers))),
            promise: nil)
        if head.method != .HEAD {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: reply.body)))), promise: nil)
        }
        let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        guard !keepsAlive, !isLast else { return }
        written.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    // MARK: - Ends

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            // An answer under way may be late on purpose.
            if case .answering = state { return }
            context.close(promise: nil)
        } else if event as? ChannelEvent == .inputClosed {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A bad handshake comes as a request too, and is answered there.
        if error is NIOWebSocketUpgradeError || error is HTTPServerUpgradeErrors { return }
        context.close(promise: nil)
    }
}

extension ServedReply {
    fileprivate static func plain(_ status: Int, _ text: String) -> ServedReply {
        ServedReply(
            status: status, headers: [ServedHeader("Content-Type", "text/plain")],
            body: Array((text + "\n").utf8))
    }
}
