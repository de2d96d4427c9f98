internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import NIOTLS
internal import TradingModel
internal import VenueSessions

/// Requests to a venue's HTTP side over connections that are kept; none is ever sent twice.
final class Requests {
    typealias Outcome = Result<HTTPReply, TransportProblem>

    private let dialer: Dialer
    private let loop: any EventLoop
    private let now: () -> Timestamp
    private var client: HTTPClient?

    init(_ dialer: Dialer, on loop: any EventLoop, now: @escaping () -> Timestamp) {
        self.dialer = dialer
        self.loop = loop
        self.now = now
    }

    /// Sends a call; its reply or problem is told later, once.
    func send(_ call: HTTPCall, then tell: @escaping (Outcome) -> Void) {
        do {
            let base = try base()
            let client = try client(for: base)
            let request = try request(call, to: base)
            let limit = NetworkSettings.Limit.message
            // The channel is on the loop too: the client has no other. Demanding it would have the
            // client close the connection after each reply.
            let task = client.execute(
                request: request,
                delegate: ResponseAccumulator(request: request, maxBodySize: limit),
                eventLoop: .delegate(on: loop), deadline: .now() + waits.request)
            task.futureResult.assumeIsolated().whenComplete { [self] result in
                switch result {
                case .success(let response): tell(.success(HTTPReply(response)))
                case .failure(let error): explain(error, at: base) { tell(.failure($0)) }
                }
            }
        } catch {
            tell(.failure(error))
        }
    }

    func close() -> EventLoopFuture<Void> {
        client?.shutdown() ?? loop.makeSucceededVoidFuture()
    }

    private var waits: NetworkSettings.Waits { dialer.settings.waits }

    private func base() throws(TransportProblem) -> Endpoint {
        let base = try Endpoint(dialer.settings.requestBase)
        guard base.path == "/" else {
            throw TransportProblem(.other, "the base of requests has a path: leave it away")
        }
        return base
    }

    private func request(
        _ call: HTTPCall, to base: Endpoint
    ) throws(TransportProblem) -> HTTPClient.Request {
        // Anything else would be escaped on the way, and no longer be what was signed.
        guard Endpoint.canBeSent(call.path) else {
            throw TransportProblem(.other, "the request's path cannot be sent as it was signed")
        }
        do {
            return try HTTPClient.Request(
                url: (base.isSecure ? "https://" : "http://") + base.place + call.path,
                method: HTTPMethod(rawValue: call.method),
                headers: HTTPHeaders(call.headers.map { ($0.name, $0.value) }),
                body: call.body.isEmpty ? nil : .string(call.body))
        } catch {
            throw teller(for: base).problem(error, now: now())
        }
    }

    private func client(for base: Endpoint) throws(TransportProblem) -> HTTPClient {
        if let client { return client }
        let proxy = dialer.settings.proxies.proxy(for: base)
        try dialer.refuseUnverifiable(base, isProxied: proxy != nil)
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: base.isSecure ? try dialer.trust.configuration() : nil,
            redirectConfiguration: .disallow,
            timeout: .init(connect: waits.connect, read: waits.read),
            proxy: proxy.map {
                .server(host: $0.host, port: $0.port, authorization: $0.authorization)
            },
            decompression: .disabled)
        configuration.httpVersion = .http1Only
        // The session knows better when to try again, and says so to the user.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(
            eventLoopGroupProvider: .shared(loop), configuration: configuration)
        self.client = client
        return client
    }

    private func teller(for base: Endpoint) -> ProblemTeller {
        ProblemTeller(
            endpoint: base, proxy: dialer.settings.proxies.proxy(for: base), waits: waits)
    }

    /// Tells what an error means; why a certificate was not believed is asked for once more.
    private func explain(
        _ error: any Error, at base: Endpoint, then tell: @escaping (TransportProblem) -> Void
    ) {
        let problem = teller(for: base).problem(error, now: now())
        guard case NIOSSLError.handshakeFailed = error else {
            tell(problem)
            return
        }
        shakeHands(with: base).assumeIsolated().whenComplete { result in
            if case .failure(let cause as TransportProblem) = result, cause.kind == .tls {
                tell(cause)
            } else {
                tell(problem)
            }
        }
    }

    /// A TLS handshake without a request, whose failure says what was wrong with the certificate.
    private func shakeHands(with base: Endpoint) -> EventLoopFuture<Void> {
        let handshake = HandshakeHandler(teller(for: base), now: now, loop.makePromise())
        let timer = loop.assumeIsolated().scheduleTask(in: waits.connect) {
            handshake.end(.failure(ChannelError.connectTimeout(self.waits.connect)))
        }
        dialer.connect(to: base).assumeIsolated().whenComplete { result in
            do {
                let channel = try result.get()
                handshake.ended.futureResult.whenComplete { _ in channel.close(promise: nil) }
                try channel.pipeline.syncOperations.addHandler(handshake)
            } catch {
                handshake.end(.failure(error))
            }
        }
        handshake.ended.futureResult.whenComplete { _ in timer.cancel() }
        return handshake.ended.futureResult
    }
}

/// Waits for the end of a TLS handshake.
private final class HandshakeHandler: ChannelInboundHandler {
    typealias InboundIn = Any

    let ended: EventLoopPromise<Void>
    private let teller: ProblemTeller
    private let now: () -> Timestamp
    private var hasEnded = false

    init(
        _ teller: ProblemTeller, now: @escaping () -> Timestamp, _ ended: EventLoopPromise<Void>
    ) {
        self.teller = teller
        self.now = now
        self.ended = ended
    }

    func end(_ result: Result<Void, any Error>) {
        guard !hasEnded else { return }
        hasEnded = true
        ended.completeWith(result)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { end(.success(())) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let certificate = shownCertificate(in: context.channel)
        end(.failure(teller.problem(error, certificate: certificate, now: now())))
    }

    func channelInactive(context: ChannelHandlerContext) { end(.failure(ChannelError.eof)) }
}

extension HTTPReply {
    fileprivate init(_ response: HTTPClient.Response) {
        self.init(
            status: Int(response.status.code),
            headers: response.headers.map { HTTPHeader($0.name, $0.value) },
            body: response.body.map { Array($0.readableBytesView) } ?? [])
    }
}
