internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOWebSocket
internal import Synchronization
internal import TLS
package import TradingModel
package import VenueSimulators

/// A venue simulator on a port of loopback: HTTP and WebSocket, with or without TLS.
///
/// One event loop carries the simulator and all its connections. It serves from ``init`` to
/// ``stop()``.
package final class SimulatorServer: Sendable {
    /// Where it listens; the port is the one that was found where 0 was asked for.
    package let address: ListeningAddress
    private let group: MultiThreadedEventLoopGroup
    private let loop: any EventLoop
    private let venue: NIOLoopBound<ServerLoop>
    /// What had been served at the end; nil while it serves.
    private let end = Mutex<ServedCounts?>(nil)

    /// - Parameters:
    ///   - clock: the time in nanoseconds since 1970; it is asked on the event loop.
    ///   - venue: makes the simulator at a time of the clock, on the loop that it then stays on.
    /// - Throws: ``ListeningFailure``, or what `venue` throws.
    package init(
        at wanted: ListeningAddress, identity: ServerIdentity? = nil,
        limits: ServerLimits = ServerLimits(), clock: @escaping @Sendable () -> Timestamp,
        venue makeVenue: @escaping @Sendable (Timestamp) throws -> any VenueSimulator
    ) throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let loop = group.next()
            let venue = try loop.submit {
                NIOLoopBound(
                    ServerLoop(try makeVenue(clock()), on: loop, limits: limits, clock: clock),
                    eventLoop: loop)
            }.wait()
            let listener = try Self.listen(at: wanted, on: group, venue, identity)
            address = ListeningAddress(port: listener.localAddress?.port ?? wanted.port)
            self.group = group
            self.loop = loop
            self.venue = venue
        } catch {
            group.shutdownGracefully { _ in }
            throw error
        }
    }

    private static func listen(
        at wanted: ListeningAddress, on group: MultiThreadedEventLoopGroup,
        _ venue: NIOLoopBound<ServerLoop>, _ identity: ServerIdentity?
    ) throws -> any Channel {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try setUp(channel, venue.value, identity)
                }
            }
        do {
            return try bootstrap.bind(host: wanted.host, port: wanted.port).wait()
        } catch let error as IOError {
            throw ListeningFailure(address: wanted, errnoCode: error.errnoCode)
        }
    }

    private static func setUp(
        _ channel: any Channel, _ venue: ServerLoop, _ identity: ServerIdentity?
    ) throws {
        guard venue.open(channel) else { throw ChannelError.ioOnClosedChannel }
        let pipeline = channel.pipeline.syncOperations
        if let identity {
            try pipeline.addHandler(TLSHandler(identity.context, host: nil))
        }
        try pipeline.addHandler(IdleStateHandler(readTimeout: venue.limits.idle))
        let requests = RequestHandler(venue)
        let removed = NIOLoopBound(requests, eventLoop: channel.eventLoop)
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: true,
            withServerUpgrade: (
                upgraders: [upgrader(for: venue, on: channel.eventLoop)],
                completionHandler: { context in
                    context.pipeline.syncOperations.removeHandler(removed.value, promise: nil)
                }
            ), withErrorHandling: true)
        try pipeline.addHandler(requests)
    }

    /// Accepts a handshake where the venue has the path; each connection's is used once.
    private static func upgrader(
        for venue: ServerLoop, on loop: any EventLoop
    ) -> NIOWebSocketServerUpgrader {
        let venue = NIOLoopBound(venue, eventLoop: loop)
        let accepted = NIOLoopBoundBox<ConnectionID?>(nil, eventLoop: loop)
        return NIOWebSocketServerUpgrader(
            maxFrameSize: venue.value.limits.messageBytes, automaticErrorHandling: true,
            shouldUpgrade: { channel, head in
                guard head.method == .GET, let id = venue.value.connect(path: head.uri) else {
                    return channel.eventLoop.makeSucceededFuture(nil)
                }
                accepted.value = id
                var headers = HTTPHeaders()
                let offered = head.headers[canonicalForm: "sec-websocket-protocol"]
                if let spoken = venue.value.subprotocol(of: offered) {
                    headers.add(name: "Sec-WebSocket-Protocol", value: spoken)
                }
                return channel.eventLoop.makeSucceededFuture(headers)
            },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    guard let id = accepted.value else { return }
                    try channel.pipeline.syncOperations.addHandler(
                        SocketHandler(id, venue.value))
                }
            })
    }

    /// What it has served so far.
    package var served: ServedCounts {
        get throws { try loop.submit { [venue] in venue.value.served }.wait() }
    }

    /// Does at once what has become due by the clock, for clocks that a test moves.
    package func wake() throws {
        try loop.submit { [venue] in venue.value.wake() }.wait()
    }

    /// Ends all connections and answers what was served; once it has, it answers the same again.
    package func stop() throws -> ServedCounts {
        try end.withLock { end in
            if let end { return end }
            let served = try loop.submit { [venue] in
                venue.value.close()
                return venue.value.served
            }.wait()
            try group.syncShutdownGracefully()
            end = served
            return served
        }
    }
}

/// Why a server does not listen.
package struct ListeningFailure: Error, Hashable, CustomStringConvertible {
    package let address: ListeningAddress
    package let errnoCode: Int32

    /// Somebody else listens there.
    package var isInUse: Bool { errnoCode == EADDRINUSE }

    package var description: String {
        switch errnoCode {
        case EADDRINUSE:
            "port \(address.port) is in use; choose another with --port, or --port 0 for any "
                + "that is free"
        case EACCES:
            "port \(address.port) is kept for the system; choose one above 1023 with --port"
        default: "cannot listen at \(address): \(unsafe String(cString: strerror(errnoCode)))"
        }
    }
}
