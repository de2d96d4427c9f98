internal import NIOCore
public import TradingModel
public import Transport
public import VenueSessions

/// Asks several venues at once how they are, for a bounded time.
public final class VenueProbes: LoopHost {
    private let loop: any EventLoop
    private let onEnd: () -> Void
    private let probes: [any VenueProbe]
    private var drivers: [SessionDriver] = []
    private let deadline: NIODeadline
    private var isClosing = false

    /// How often it is looked whether all are done: a tenth of what a person notices.
    private static let lookPeriod = TimeAmount.milliseconds(10)

    private init(
        _ probes: [(probe: any VenueProbe, network: NetworkSettings)], nanoseconds: Int64,
        on loop: any EventLoop, now: @escaping () -> Timestamp, onEnd: @escaping () -> Void
    ) {
        self.loop = loop
        self.onEnd = onEnd
        self.probes = probes.map(\.probe)
        deadline = .now() + .nanoseconds(nanoseconds)
        drivers = probes.map { entry in
            SessionDriver(entry.probe, network: entry.network, on: loop, now: now) { _, _ in }
        }
    }

    /// Returns when all probes are done, or the time is over; their reports tell.
    public static func run(
        _ probes: [(probe: any VenueProbe, network: NetworkSettings)], nanoseconds: Int64,
        now: @escaping () -> Timestamp
    ) {
        runHere { loop, onEnd in
            VenueProbes(probes, nanoseconds: nanoseconds, on: loop, now: now, onEnd: onEnd)
        }
    }

    public func begin() {
        for driver in drivers { driver.begin() }
        check()
    }

    private func check() {
        guard !isClosing else { return }
        if probes.allSatisfy(\.report.isDone) || NIODeadline.now() >= deadline { return close() }
        _ = loop.assumeIsolated().scheduleTask(in: Self.lookPeriod) { [weak self] in self?.check() }
    }

    private func close() {
        isClosing = true
        let drivers = drivers
        self.drivers = []
        close(drivers, on: loop, then: onEnd)
    }
}
