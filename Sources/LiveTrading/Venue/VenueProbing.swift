internal import NIOCore
internal import NIOPosix
public import TradingModel
public import Transport
public import VenueSessions

/// Asks several venues at once how they are, for a bounded time.
public final class VenueProbing {
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
        var host: VenueProbing?
        MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { loop in
            let made = VenueProbing(probes, nanoseconds: nanoseconds, on: loop, now: now) {
                loop.shutdownGracefully { _ in }
            }
            host = made
            for driver in made.drivers { driver.begin() }
            made.look()
        }
        withExtendedLifetime(host) {}
    }

    private func look() {
        guard !isClosing else { return }
        if probes.allSatisfy(\.report.isDone) || NIODeadline.now() >= deadline { return close() }
        _ = loop.assumeIsolated().scheduleTask(in: Self.lookPeriod) { [weak self] in self?.look() }
    }

    private func close() {
        isClosing = true
        let drivers = drivers
        let onEnd = onEnd
        self.drivers = []
        EventLoopFuture.andAllComplete(drivers.map { $0.close() }, on: loop).assumeIsolated()
            .whenComplete { _ in
                withExtendedLifetime((self, drivers)) {}
                onEnd()
            }
    }
}
