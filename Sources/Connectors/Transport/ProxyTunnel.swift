internal import NIOCore
internal import NIOHTTP1

/// Why a proxy gave no tunnel.
enum ProxyRefusal: Error, Equatable {
    /// 407: it does not know us.
    case unknownUser
    /// It does not want to, or speaks no HTTP.
    case refused
    case silent
    case cut
}

/// Asks a proxy for a tunnel by CONNECT and waits until it stands (RFC 9110, section 9.3.6).
///
/// It stands behind the HTTP handlers and passes nothing on: whoever waits for `stood` takes all
/// three out, and what follows in the channel is the other end's.
final class ProxyTunnel: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private enum State {
        case new
        case asked(Scheduled<Void>)
        case granted(Scheduled<Void>)
        case ended
    }

    private let request: HTTPRequestHead
    private let deadline: NIODeadline
    private let stood: EventLoopPromise<Void>
    private var state = State.new

    /// - Parameters:
    ///   - place: the other end's host and port.
    ///   - stood: kept when the tunnel stands, or failed with a ``ProxyRefusal``.
    init(
        to place: String, headers: HTTPHeaders, deadline: NIODeadline,
        stood: EventLoopPromise<Void>
    ) {
        request = HTTPRequestHead(version: .http1_1, method: .CONNECT, uri: place, headers: headers)
        self.deadline = deadline
        self.stood = stood
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { ask(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        ask(context)
        context.fireChannelActive()
    }

    private func ask(_ context: ChannelHandlerContext) {
        guard case .new = state else { return }
        let loop = context.eventLoop.assumeIsolated()
        state = .asked(loop.scheduleTask(deadline: deadline) { self.end(with: .silent) })
        context.write(wrapOutboundOut(.head(request)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (state, unwrapInboundIn(data)) {
        case (.asked(let timeout), .head(let head)):
            switch head.status.code {
            case 200..<300: state = .granted(timeout)
            case 407: end(with: .unknownUser)
            default: end(with: .refused)
            }
        case (.granted, .body): end(with: .refused)
        case (.granted, .end): end(with: nil)
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(with: .cut)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(with: .refused)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end(with: .cut) }

    /// Once: nil when the tunnel stands.
    private func end(with refusal: ProxyRefusal?) {
        switch state {
        case .ended: return
        case .new: break
        case .asked(let timeout), .granted(let timeout): timeout.cancel()
        }
        state = .ended
        if let refusal { stood.fail(refusal) } else { stood.succeed() }
    }
}
