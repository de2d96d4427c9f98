public import NIOCore
public import TradingModel
public import Transport
public import VenueSessions

/// Runs the sessions of a recording on one event loop, until it has ended.
public final class RecordingLoop: LoopHost {
    public let recording: VenueRecording
    /// Called some twenty times a second, for the screen and for who looks after the disk.
    public var onPulse: ((Timestamp) -> Void)?
    /// Nanoseconds of recording after which it ends by itself; nil: until somebody interrupts.
    ///
    /// Time in which the process stood still does not count.
    public var duration: Int64?

    private let loop: any EventLoop
    private let clock: () -> Timestamp
    private let onEnd: () -> Void
    private var drivers: [SessionDriver] = []
    private var running = RunningTime()
    /// The running time at which recording began.
    private var recordsSince: Int64?
    private var isClosing = false

    /// Signals, the duration and the screen can wait for this long: 50 ms, which nobody notices.
    private static let pulsePeriod = TimeAmount.milliseconds(50)

    /// - Parameters:
    ///   - sessions: as many as the recording has lines, each with the network to its venue.
    ///   - onEnd: called once, when all connections are closed.
    public init(
        _ recording: VenueRecording, sessions: [(session: any VenueSession, NetworkSettings)],
        on loop: any EventLoop, now clock: @escaping () -> Timestamp, onEnd: @escaping () -> Void
    ) {
        self.recording = recording
        self.loop = loop
        self.clock = clock
        self.onEnd = onEnd
        for (line, (session, network)) in sessions.enumerated() {
            let watched = FallWatch(session) { [unowned self] time in
                self.recording.fell(line, at: time)
            }
            drivers.append(
                SessionDriver(watched, network: network, on: loop, now: clock) {
                    [unowned self] action, time in
                    self.recording.record(action, of: line, at: time)
                    carryOn()
                })
        }
    }

    public func begin() {
        for driver in drivers { driver.begin() }
        pulse()
    }

    private func carryOn() {
        guard recording.stage != .ended else { return close() }
        for (line, driver) in drivers.enumerated() {
            for request in recording.drainRequests(of: line) { driver.handle(request) }
        }
    }

    private func pulse() {
        guard !isClosing else { return }
        let now = clock()
        running.advance()
        for driver in drivers { driver.catchUp() }
        recording.pass()
        onPulse?(now)
        if Interrupt.isRaised { recording.stop(Interrupt.reason) }
        if recordsSince == nil, recording.since != nil { recordsSince = running.elapsed }
        if let duration, let recordsSince, running.elapsed - recordsSince >= duration {
            recording.stop("the duration is over")
        }
        carryOn()
        guard !isClosing else { return }
        _ = loop.assumeIsolated().scheduleTask(in: Self.pulsePeriod) { [weak self] in
            self?.pulse()
        }
    }

    private func close() {
        guard !isClosing else { return }
        isClosing = true
        let drivers = drivers
        self.drivers = []
        close(drivers, on: loop, then: onEnd)
    }
}

/// A session whose fallen sockets are reported: by the other side's end, and by the session's own.
struct FallWatch: VenueSession {
    private var session: any VenueSession
    private let fell: (Timestamp) -> Void

    init(_ session: any VenueSession, fell: @escaping (Timestamp) -> Void) {
        self.session = session
        self.fell = fell
    }

    mutating func handle(
        _ input: SessionInput, at now: Timestamp, into actions: inout [SessionAction]
    ) {
        if case .closed = input { fell(now) }
        let known = actions.count
        session.handle(input, at: now, into: &actions)
        check(at: actions[known...], now)
    }

    mutating func handle(
        frame: Span<UInt8>, isText: Bool, on socket: SocketID, at now: Timestamp,
        into actions: inout [SessionAction]
    ) {
        let known = actions.count
        session.handle(frame: frame, isText: isText, on: socket, at: now, into: &actions)
        check(at: actions[known...], now)
    }

    private func check(at actions: ArraySlice<SessionAction>, _ now: Timestamp) {
        let closes = actions.contains { if case .close = $0 { true } else { false } }
        if closes { fell(now) }
    }
}
