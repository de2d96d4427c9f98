internal import NIOCore
internal import NIOHTTP1
internal import NIOTLS
internal import TradingModel
internal import VenueSessions

/// One connection for requests, from the wish to open it to its end.
///
///     connecting → securing → busy ⇄ free
///         └───────────┴────────┴──────┴→ over
///
/// Until it stands nothing of the request that it is made for has left. One that becomes too old
/// meanwhile is given up at once, and the connection made for those that come after.
final class RequestConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private enum State {
        case connecting(RequestPool.Pending?)
        /// The TLS handshake is under way.
        case securing(RequestPool.Pending?, any Channel)
        case busy(RequestPool.Pending, any Channel)
        case free(any Channel)
        case over
    }

    let number: Int
    private(set) var freeSince = NIODeadline.now()
    private let endpoint: Endpoint
    private let dialer: Dialer
    private let now: () -> Timestamp
    private let owner: RequestPool
    private let teller: ProblemTeller
    private let writer = RequestWriter()
    private var state: State
    private var reply: HTTPReply?
    private var isKept = false
    /// When the step at hand is given up if nothing comes before.
    private var stepEnd = NIODeadline.distantFuture
    /// When it is seen whether the step, or the request, is to be given up.
    private var patience = NIODeadline.distantFuture
    private var timer: Scheduled<Void>?

    init(
        _ number: Int, _ endpoint: Endpoint, _ dialer: Dialer, now: @escaping () -> Timestamp,
        for owner: RequestPool
    ) {
        self.number = number
        self.endpoint = endpoint
        self.dialer = dialer
        self.now = now
        self.owner = owner
        teller = ProblemTeller(
            endpoint: endpoint, proxy: dialer.settings.proxies.proxy(for: endpoint),
            waits: dialer.settings.waits)
        state = .over
    }

    // MARK: What the owner wants

    func open(for pending: RequestPool.Pending, on loop: any EventLoop) {
        state = .connecting(pending)
        stepEnd = pending.deadline
        wait(until: pending.expiry, on: loop)
        dialer.connect(to: endpoint).assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let channel): connected(channel)
            case .failure(let error): fail(teller.problem(error, now: now()))
            }
        }
    }

    /// Sends a request over a connection that is free.
    func send(_ pending: RequestPool.Pending) {
        guard case .free(let channel) = state else {
            preconditionFailure("connection \(number) is not free")
        }
        send(pending, over: channel)
    }

    /// Ends it without a word to whoever waits for a reply.
    func close() -> EventLoopFuture<Void>? {
        timer?.cancel()
        defer { state = .over }
        guard let channel else { return nil }
        state = .over
        channel.close(promise: nil)
        return channel.closeFuture
    }

    /// Whether it carries a question, or is made for one.
    var isAsking: Bool {
        switch state {
        case .connecting(let pending?), .securing(let pending?, _), .busy(let pending, _):
            !pending.call.isOrder
        case .connecting(nil), .securing(nil, _), .free, .over: false
        }
    }

    private var channel: (any Channel)? {
        switch state {
        case .securing(_, let channel), .busy(_, let channel), .free(let channel): channel
        case .connecting, .over: nil
        }
    }

    // MARK: On the way

    private func connected(_ channel: any Channel) {
        guard case .connecting(let pending) = state else {
            channel.close(promise: nil)
            return
        }
        do {
            try channel.pipeline.syncOperations.addHandlers([
                writer, ByteToMessageHandler(HTTPResponseDecoder()), self,
            ])
        } catch {
            channel.close(promise: nil)
            return fail(teller.problem(error, now: now()))
        }
        guard endpoint.isSecure else { return stands(pending, over: channel) }
        state = .securing(pending, channel)
        stepEnd = .now() + dialer.settings.waits.connect
        wait(until: pending.map { min(stepEnd, $0.expiry) } ?? stepEnd, on: channel.eventLoop)
    }

    /// Sends what it was made for, unless that became too old, or an order waits that has no
    /// connection.
    private func stands(_ pending: RequestPool.Pending?, over channel: any Channel) {
        let isLate = pending.map(owner.isTooOld) ?? false
        if let pending, !isLate, !owner.yields(pending) { return send(pending, over: channel) }
        if let pending, !isLate { owner.putBack(pending) }
        state = .free(channel)
        freeSince = .now()
        owner.isFree(self)
        if let pending, isLate { pending.tell(.failure(pending.unsent)) }
    }

    private func send(_ pending: RequestPool.Pending, over channel: any Channel) {
        state = .busy(pending, channel)
        reply = nil
        writer.send(RequestText.buffer(pending.call, to: endpoint, channel.allocator))
        // The decoder counts requests by their heads, of which nothing is sent.
        channel.pipeline.syncOperations.write(
            NIOAny(HTTPClientRequestPart.head(RequestWriter.head)), promise: nil)
        guard case .busy = state else { return }  // writing may have shown that it is gone
        waitForReply(pending, on: channel.eventLoop)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .busy(let pending, _) = state else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): began(head)
        case .body(let part): append(part)
        case .end: return finished(pending)
        }
        if case .busy = state { waitForReply(pending, on: context.eventLoop) }
    }

    private func began(_ head: HTTPResponseHead) {
        isKept = head.isKeepAlive
        reply = HTTPReply(
            status: Int(head.status.code),
            headers: head.headers.map { HTTPHeader($0.name, $0.value) }, body: [])
        let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        if length > NetworkSettings.Limit.message { fail(Self.tooLong) }
    }

    private func append(_ part: ByteBuffer) {
        guard let held = reply?.body.count else { return }
        guard held + part.readableBytes <= NetworkSettings.Limit.message else {
            return fail(Self.tooLong)
        }
        reply?.body.append(contentsOf: part.readableBytesView)
    }

    private static var tooLong: TransportProblem {
        TransportProblem(
            .other, "the reply is longer than \(NetworkSettings.Limit.message) bytes")
    }

    private func finished(_ pending: RequestPool.Pending) {
        guard let reply = reply.take(), let channel else { return }
        if isKept, channel.isActive {
            state = .free(channel)
            freeSince = .now()
            owner.isFree(self)
        } else {
            _ = close()
            owner.ended(self)
        }
        pending.tell(.success(reply))
    }

    // MARK: What goes wrong

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event, case .securing(let pending, _) = state {
            stands(pending, over: context.channel)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(teller.problem(error, now: now()))
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(teller.cut("before the reply was whole"))
    }

    /// Ends the connection, and the request that it carries with this problem.
    private func fail(_ problem: TransportProblem) {
        let pending: RequestPool.Pending? =
            switch state {
            case .connecting(let pending), .securing(let pending, _): pending
            case .busy(let pending, _): pending
            case .free, .over: nil
            }
        if case .over = state { return }
        _ = close()
        owner.ended(self)
        pending?.tell(.failure(problem))
    }
}

// MARK: Waiting
extension RequestConnection {
    private func waitForReply(_ pending: RequestPool.Pending, on loop: any EventLoop) {
        stepEnd = min(.now() + dialer.settings.waits.read, pending.deadline)
        wait(until: stepEnd, on: loop)
    }

    /// A timer that fires too early is cheaper than one that is set anew for each request.
    private func wait(until time: NIODeadline, on loop: any EventLoop) {
        let isSooner = time < patience
        patience = time
        if timer != nil, !isSooner { return }
        timer?.cancel()
        schedule(on: loop)
    }

    private func schedule(on loop: any EventLoop) {
        timer = loop.assumeIsolated().scheduleTask(deadline: patience) { [weak self] in
            self?.fired(on: loop)
        }
    }

    private func fired(on loop: any EventLoop) {
        timer = nil
        let now = NIODeadline.now()
        switch state {
        case .free, .over: patience = .distantFuture
        case _ where now < patience: schedule(on: loop)
        case .connecting(let pending?) where now < stepEnd: abandon(pending, .connecting(nil), loop)
        case .securing(let pending?, let channel) where now < stepEnd:
            abandon(pending, .securing(nil, channel), loop)
        case .connecting(let pending), .securing(let pending, _): fail(tooSlow(pending))
        case .busy(let pending, _): fail(tooSlow(pending))
        }
    }

    /// The request has become too old, and what is done for it goes on without.
    private func abandon(
        _ pending: RequestPool.Pending, _ next: State, _ loop: any EventLoop
    ) {
        state = next
        wait(until: stepEnd, on: loop)
        pending.tell(.failure(pending.unsent))
    }

    private func tooSlow(_ pending: RequestPool.Pending?) -> TransportProblem {
        TransportProblem(.timeout, "\(endpoint.place) \(tardiness(pending))")
    }

    private func tardiness(_ pending: RequestPool.Pending?) -> String {
        let waits = dialer.settings.waits
        if let pending, NIODeadline.now() >= pending.deadline {
            return "took more than \(teller.spelled(waits.request))"
        }
        if case .securing = state { return "did not finish the TLS handshake" }
        return "was silent for \(teller.spelled(waits.read))"
    }
}

/// Sends requests that were put into bytes as a whole, past the handlers that would make them.
private final class RequestWriter: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = ByteBuffer

    /// Stands for any request whose reply may have a body.
    static let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")

    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func send(_ request: ByteBuffer) {
        context?.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func write(
        context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
        promise?.succeed()
    }
}
