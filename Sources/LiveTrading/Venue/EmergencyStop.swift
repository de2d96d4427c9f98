internal import NIOCore
internal import NIOPosix
internal import Synchronization
internal import TradingCore
internal import TradingModel
public import Transport
public import VenueSessions

/// Cancels orders while their run cannot, or beside it: on a thread and connections of its own.
public enum EmergencyStop {
    /// How it went.
    public enum Outcome: Sendable {
        /// The venue has shown that no order of the run is open.
        case proven
        /// The venue refuses for good, such as the key: trying again does not help.
        case refused(VenueProblem)
        /// It could not be shown in time.
        case unproven(lastWords: [String])
    }

    /// Time in which a venue that answers at all has cancelled and shown its lists for the last time: 20 s.
    public static let patience: Int64 = 20_000_000_000

    /// Runs a session that cancels, and waits for its end; callable from any thread but a loop's.
    ///
    /// - Parameters:
    ///   - makeCleaner: its ``SessionAction/reconciled`` says that nothing is left.
    ///   - patience: in nanoseconds.
    public static func run(
        _ makeCleaner: @escaping @Sendable () -> any VenueSession, network: NetworkSettings,
        patience: Int64 = patience
    ) -> Outcome {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let words = Mutex<[String]>([])
        let refusal = Mutex<VenueProblem?>(nil)
        let isProven: Bool? = try? loop.flatSubmit {
            let done = loop.makePromise(of: Bool.self)
            let driver = SessionDriver(
                makeCleaner(), network: network, on: loop, now: RunClock().now
            ) { action, _ in
                switch action {
                case .reconciled: done.succeed(true)
                case .log(_, let text): words.withLock { $0.append(text) }
                case .problem(let problem) where problem.isPermanent:
                    refusal.withLock { $0 = problem }
                    done.succeed(false)
                default: break
                }
            }
            driver.begin()
            let timer = loop.assumeIsolated().scheduleTask(in: .nanoseconds(patience)) {
                done.succeed(false)
            }
            return done.futureResult.assumeIsolated().flatMap { isProven in
                timer.cancel()
                return driver.close().map { isProven }
            }.nonisolated()
        }.wait()
        if let refusal = refusal.withLock({ $0 }) { return .refused(refusal) }
        return isProven == true ? .proven : .unproven(lastWords: words.withLock { $0.suffix(3) })
    }
}
