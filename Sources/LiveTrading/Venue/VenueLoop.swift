public import NIOCore
internal import Synchronization
internal import Threads
public import TradingModel
public import Transport
public import VenueSessions

/// Runs the sessions, the engine and the strategy on one event loop, until trading has ended.
///
/// No hop and no lock stands between a frame and the order that answers it. Everything here
/// happens on the loop's thread.
public final class VenueLoop<Run: VenueRun>: LoopHost {
    public let trading: VenueTrading<Run>
    /// Called some twenty times a second, for the screen.
    public var onPulse: ((Timestamp) -> Void)?
    /// Replaces the strategy while it trades; nil: nothing does.
    public var reloader: Reloader? {
        didSet { reloader.map(listen) }
    }
    /// Nanoseconds of trading after which it ends by itself; nil: until somebody interrupts.
    ///
    /// Time in which the process stood still does not count.
    public var duration: Int64?
    /// Called when somebody asks again for an end that is under way, and orders may be left.
    public var onAskedAgain: (() -> Void)?
    /// How many signals were for what the process did before.
    public var earlierSignals = 0

    private let loop: any EventLoop
    private let clock: () -> Timestamp
    private let onEnd: () -> Void
    /// One for each venue, by its place.
    private var drivers: [SessionDriver] = []
    private var isSubmitting = false
    private var wake: Scheduled<Void>?
    private var wakeAt = Timestamp.distantFuture
    private var running = RunningTime()
    /// The running time at which trading began.
    private var tradesSince: Int64?
    private var lastPulse: Timestamp?
    private var isAskedAgain = false
    private var isClosing = false
    /// Of orders that may be open, as of the last pulse.
    private let openIDs = OpenIDs()

    /// Signals, the duration and the screen can wait for this long: 50 ms, which nobody notices.
    private static var pulsePeriod: TimeAmount { .milliseconds(50) }
    /// Between two pulses, 5 s: nothing here takes as long, so the process was not running.
    private static var longestGap: Int64 { 5_000_000_000 }

    /// - Parameter onEnd: called once, when trading has ended and all connections are closed.
    public convenience init(
        _ trading: VenueTrading<Run>, session: any VenueSession, network: NetworkSettings,
        on loop: any EventLoop, now clock: @escaping () -> Timestamp, onEnd: @escaping () -> Void
    ) {
        self.init(
            trading, sessions: [(session, network)], on: loop, now: clock, onEnd: onEnd)
    }

    /// - Parameters:
    ///   - sessions: one for each venue of the trading, in its order, and how it is reached.
    ///   - onEnd: called once, when trading has ended and all connections are closed.
    public init(
        _ trading: VenueTrading<Run>, sessions: [(any VenueSession, NetworkSettings)],
        on loop: any EventLoop, now clock: @escaping () -> Timestamp, onEnd: @escaping () -> Void
    ) {
        precondition(sessions.count == trading.venueCount, "a session for each venue")
        self.trading = trading
        self.loop = loop
        self.clock = clock
        self.onEnd = onEnd
        drivers = sessions.enumerated().map { venue, part in
            SessionDriver(
                part.0, network: part.1, on: loop, now: clock,
                take: { [unowned self] action, time in
                    self.trading.apply(action, from: venue, at: time)
                    submitRequests()
                }, rest: { [unowned self] in carryOn() })
        }
    }

    public func begin() {
        for driver in drivers { driver.begin() }
        pulse()
    }

    /// Does something to the trading from outside, between two events.
    public func perform(_ body: (VenueTrading<Run>, Timestamp) -> Void) {
        body(trading, clock())
        carryOn()
    }

    /// The same, after what is being told now has been reported.
    public func later(_ body: @escaping (VenueTrading<Run>, Timestamp) -> Void) {
        loop.assumeIsolated().execute { [weak self] in self?.perform(body) }
    }

    /// Waits for a line on standard input, while everything else goes on; an end of it is no line.
    public func awaitLine(
        _ body: @escaping (VenueTrading<Run>, _ line: String?, Timestamp) -> Void
    ) {
        whileOtherThread(does: { readLine() }, then: body)
    }

    /// Lets another thread do something slow, and takes its result in between two events.
    public func whileOtherThread<Result: Sendable>(
        does work: @escaping @Sendable () -> Result,
        then body: @escaping (VenueTrading<Run>, Result, Timestamp) -> Void
    ) {
        let held = NIOLoopBound((host: self, body: body), eventLoop: loop)
        let loop = loop
        WorkerThread.detach {
            let result = work()
            loop.execute {
                let (host, body) = held.value
                host.perform { trading, now in body(trading, result, now) }
            }
        }
    }

    /// Submits what is to be done, in order: what one of them leads to comes behind those at hand.
    private func submitRequests() {
        guard !isSubmitting else { return }
        isSubmitting = true
        defer { isSubmitting = false }
        var isDone = false
        while !isDone {
            isDone = true
            for (venue, driver) in drivers.enumerated() {
                for request in trading.drainRequests(of: venue) {
                    driver.handle(request)
                    isDone = false
                }
            }
        }
    }

    /// Submits what is to be done, does all that could wait for that, and sees to the next wake-up.
    private func carryOn() {
        submitRequests()
        trading.rest()
        guard trading.stage != .ended else { return close() }
        let due = trading.nextDue
        guard due != wakeAt else { return }
        wakeAt = due
        wake?.cancel()
        wake = nil
        guard due < .distantFuture else { return }
        let wait = max(0, due.nanoseconds - clock().nanoseconds)
        wake = loop.assumeIsolated().scheduleTask(in: .nanoseconds(wait)) { [weak self] in
            if let self { awake() }
        }
    }

    private func awake() {
        wake = nil
        wakeAt = .distantFuture
        perform { trading, now in trading.pass(until: now) }
    }

    private func pulse() {
        guard !isClosing else { return }
        running.advance()
        for driver in drivers { driver.catchUp() }
        perform { trading, now in
            if let lastPulse, now.nanoseconds - lastPulse.nanoseconds > Self.longestGap {
                trading.stoodStill(for: now.nanoseconds - lastPulse.nanoseconds, at: now)
            }
            lastPulse = now
            if trading.stage == .trading, tradesSince == nil { tradesSince = running.elapsed }
            heedSignals(at: now)
            if let duration, let tradesSince, running.elapsed - tradesSince >= duration {
                trading.stop("the duration is over", at: now)
            }
            trading.pass(until: now)
            onPulse?(now)
        }
        publishOpenIDs()
        guard !isClosing else { return }
        _ = loop.assumeIsolated().scheduleTask(in: Self.pulsePeriod) { [weak self] in
            self?.pulse()
        }
    }

    private func heedSignals(at now: Timestamp) {
        let signals = Interrupt.count - earlierSignals
        guard signals > 0 else { return }
        trading.stop(Interrupt.reason, at: now)
        guard signals > 1, !isAskedAgain else { return }
        isAskedAgain = true
        if trading.isAskedAgain(at: now) { onAskedAgain?() }
    }

    private func publishOpenIDs() {
        openIDs.ids.withLock { $0 = trading.openOrderIDs }
    }

    /// A question that any thread may ask: the client ids of orders that may be open.
    ///
    /// The answer comes within 300 ms; where the loop is stuck it is that of the last pulse.
    public func makeOpenOrderQuestion() -> @Sendable () -> [ClientOrderID] {
        let (loop, openIDs) = (loop, openIDs)
        let held = NIOLoopBound(self, eventLoop: loop)
        return {
            let isPublished = Doorbell()
            loop.execute {
                held.value.publishOpenIDs()
                isPublished.ring()
            }
            waitForAny([isPublished.descriptor], milliseconds: 300)
            return openIDs.ids.withLock { $0 }
        }
    }

    private func close() {
        guard !isClosing else { return }
        isClosing = true
        wake?.cancel()
        let last = drivers
        drivers = []
        close(last, on: loop, then: onEnd)
    }

    // MARK: - Reloads

    private func listen(to reloader: Reloader) {
        let held = NIOLoopBound(self, eventLoop: loop)
        let loop = loop
        reloader.bell.forward { loop.execute { held.value.serve() } }
    }

    private func serve() {
        let began = monotonicNanoseconds()
        let now = clock()
        guard let reloader,
            let outcome = trading.between({ run in reloader.between(&run, at: now) })
        else { return carryOn() }
        if let outcome {
            // What came meanwhile lies in the sockets yet: nobody can count it.
            reloader.finish(outcome, gap: monotonicNanoseconds() - began, queued: 0)
        }
        carryOn()
    }
}

/// The client ids of orders that may be open, for whoever asks from another thread.
private final class OpenIDs: Sendable {
    let ids = Mutex<[ClientOrderID]>([])
}
