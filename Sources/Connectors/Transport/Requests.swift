internal import NIOCore
internal import TradingModel
internal import VenueSessions

/// Requests to a venue's hosts, to each over connections of its own: one that is silent holds up no
/// other.
final class Requests {
    typealias Outcome = Result<HTTPReply, TransportProblem>

    /// The main one first; there are few.
    private let pools: [(host: RequestHost, pool: RequestPool)]

    init(_ dialer: Dialer, on loop: any EventLoop, now: @escaping () -> Timestamp) {
        let settings = dialer.settings
        var pools = [
            (
                host: RequestHost.main,
                pool: RequestPool(settings.requestBase, dialer, on: loop, now: now)
            )
        ]
        for (host, base) in settings.furtherBases.sorted(by: { $0.key < $1.key })
        where host != .main {
            pools.append((host, RequestPool(base, dialer, on: loop, now: now)))
        }
        self.pools = pools
    }

    /// Sends a call; its reply or problem is reported later, once.
    ///
    /// - Parameter now: when it was asked for.
    func send(_ call: HTTPCall, at now: Timestamp, then tell: @escaping (Outcome) -> Void) {
        guard let pool = pool(of: call.host) else {
            let text = "the settings name no address for the requests to \(call.host)"
            return tell(.failure(TransportProblem(.other, text)))
        }
        pool.send(call, at: now, then: tell)
    }

    /// Makes a call ready as ``send(_:at:then:)`` does, and sends nothing.
    func practise(_ call: HTTPCall) { pool(of: call.host)?.practise(call) }

    /// Ends all connections; what is under way is not told any more.
    func close() -> [EventLoopFuture<Void>] { pools.map { $0.pool.close() } }

    private func pool(of host: RequestHost) -> RequestPool? {
        for (known, pool) in pools where known == host { return pool }
        return nil
    }
}
