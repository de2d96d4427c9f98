internal import NIOCore
internal import NIOHTTP1
internal import NIOWebSocket
internal import VenueSessions

/// Asks the server for a WebSocket and checks its answer; then the pipeline speaks frames.
///
/// Stands behind an HTTP encoder and decoder, which go when the socket is open.
final class UpgradeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private enum State {
        case asking
        case agreed(HTTPResponseHead)
        case refused(HTTPResponseHead, body: [UInt8])
        /// What came behind the answer, frames already, waits until the HTTP coders are gone.
        case leaving(behind: [NIOAny])
        case done
    }

    private let endpoint: Endpoint
    private let subprotocols: [String]
    private let connection: WebSocketConnection
    private let key = NIOWebSocketClientUpgrader.randomRequestKey()
    private var state = State.asking
    private let encoder = HTTPRequestEncoder()
    private let decoder = ByteToMessageHandler(
        HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))

    init(
        _ endpoint: Endpoint, offering subprotocols: [String], for connection: WebSocketConnection
    ) {
        self.endpoint = endpoint
        self.subprotocols = subprotocols
        self.connection = connection
    }

    /// Puts itself and the HTTP coders at the end of the channel's pipeline, and asks.
    func install(in channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers(encoder, decoder, self)
        var headers = HTTPHeaders([
            ("Host", endpoint.hostHeader), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
        ])
        checker.addCustom(upgradeRequestHeaders: &headers)
        headers.add(name: "Sec-WebSocket-Extensions", value: Deflate.offer)
        if !subprotocols.isEmpty {
            headers.add(name: Subprotocols.header, value: subprotocols.joined(separator: ", "))
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: endpoint.path, headers: headers)
        pipeline.write(NIOAny(HTTPClientRequestPart.head(head)), promise: nil)
        pipeline.writeAndFlush(NIOAny(HTTPClientRequestPart.end(nil)), promise: nil)
    }

    /// Knows what belongs into the request, and what the accepting key must be.
    private var checker: NIOWebSocketClientUpgrader {
        NIOWebSocketClientUpgrader(requestKey: key) { channel, _ in
            channel.eventLoop.makeSucceededVoidFuture()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .done:
            context.fireChannelRead(data)
            return
        case .leaving(let behind):
            state = .leaving(behind: behind + [data])
            return
        default: break
        }
        switch (unwrapInboundIn(data), state) {
        case (.head(let head), .asking) where head.status == .switchingProtocols:
            state = .agreed(head)
        case (.head(let head), .asking) where head.status.code >= 200:
            state = .refused(head, body: [])
            connection.refusal = refusal(head, body: [])
        case (.body(let part), .refused(let head, let body)):
            let longer = body + part.readableBytesView.prefix(NetworkSettings.Limit.quoted)
            state = .refused(head, body: longer)
            connection.refusal = refusal(head, body: longer)
            if longer.count >= NetworkSettings.Limit.quoted { end(context) }
        case (.end, .agreed), (.end, .refused): end(context)
        default: break
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        switch state {
        case .agreed(let head): upgrade(context, head)
        case .refused(let head, let body): connection.fail(refusal(head, body: body))
        case .asking, .leaving, .done: break
        }
    }

    private func upgrade(_ context: ChannelHandlerContext, _ head: HTTPResponseHead) {
        do {
            let deflate = try agreement(head)
            let pipeline = context.pipeline.syncOperations
            state = .leaving(behind: [])
            try connection.agreed(context.channel, deflate)
            pipeline.removeHandler(encoder, promise: nil)
            // It leaves when it has handed on what came behind the answer.
            pipeline.removeHandler(decoder).assumeIsolated().whenComplete { [self] _ in
                open(context)
            }
        } catch {
            connection.caught(error)
        }
    }

    private func open(_ context: ChannelHandlerContext) {
        guard case .leaving(let behind) = state else { return }
        state = .done
        connection.opened()
        for data in behind { context.fireChannelRead(data) }
        if !behind.isEmpty { context.fireChannelReadComplete() }
    }

    private func agreement(_ head: HTTPResponseHead) throws(TransportProblem) -> Deflate? {
        let upgrade = head.headers[canonicalForm: "upgrade"].map { $0.lowercased() }
        let connection = head.headers[canonicalForm: "connection"].map { $0.lowercased() }
        guard upgrade == ["websocket"], connection.contains("upgrade"),
            checker.shouldAllowUpgrade(upgradeResponse: head)
        else {
            throw TransportProblem(
                .other,
                "\(endpoint.place) agrees to a WebSocket, but with a wrong key: something"
                    + " between answers in its place")
        }
        try Subprotocols.checkChoice(
            head.headers[canonicalForm: Subprotocols.header], of: subprotocols)
        return try Deflate.agreed(in: head.headers["sec-websocket-extensions"])
    }

    private func refusal(_ head: HTTPResponseHead, body: [UInt8]) -> TransportProblem {
        let status = "\(head.status.code) \(quoted(head.status.reasonPhrase.utf8))"
        let told = quoted(body)
        return TransportProblem(
            .other,
            "\(endpoint.place) answers \(status) instead of opening the socket"
                + (told.isEmpty ? "" : ": \(told)"))
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .refused = state { end(context) }
        context.fireChannelInactive()
    }
}
