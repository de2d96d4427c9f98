internal import Foundation
internal import NIOCore
internal import NIOPosix
internal import TLS
internal import TradingModel
internal import Transport
internal import VenueSessions

/// A driver, its session and the peers that it talks to, all on one event loop.
///
/// `@unchecked Sendable`: all but `loop` is used on that loop only, by ``on(_:)`` and the peers.
final class Rig: @unchecked Sendable {
    /// A session that writes down what it hears and does what the test says.
    struct Scripted: VenueSession {
        let rig: Rig
        mutating func handle(
            _ input: SessionInput, at now: Timestamp, into actions: inout [SessionAction]
        ) {
            actions += rig.heard(input, at: now)
        }
        mutating func handle(
            frame: Span<UInt8>, isText: Bool, on socket: SocketID, at now: Timestamp,
            into actions: inout [SessionAction]
        ) {
            let bytes = unsafe frame.withUnsafeBufferPointer { unsafe Array($0) }
            actions += rig.heard(.frame(socket, bytes, isText: isText), at: now)
        }
        func practiceOrder(at now: Timestamp) -> PracticeOrder? {
            guard let order = rig.practice else { return nil }
            rig.note("practice at \(now.nanoseconds)")
            return order
        }
    }

    struct NotInTime: Error, CustomStringConvertible { let description: String }

    let loop: any EventLoop = MultiThreadedEventLoopGroup.singleton.next()
    /// What the session heard and what the peers said, in order.
    private(set) var log: [String] = []
    /// The whole messages.
    private(set) var messages: [[UInt8]] = []
    /// Answers to what the session hears.
    var react: (SessionInput) -> [SessionAction] = { _ in [] }
    /// What the session has to practise with.
    var practice: PracticeOrder?
    /// What the driver takes for the time; nil: the system's clock.
    var time: Int64?
    private(set) var driver: SessionDriver?
    private var next: [SessionAction] = []
    private var waiters: [(isDone: () -> Bool, promise: EventLoopPromise<Void>)] = []
    private var servers: [any Channel] = []

    func on<Result>(_ body: @escaping @Sendable (Rig) throws -> Result) async throws -> Result {
        try await loop.submit { Sent(try body(self)) }.get().value
    }
    private struct Sent<Value>: @unchecked Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }

    /// Serves on a free port of loopback, each connection by this script.
    func serve(_ script: Peer.Script = Peer.Script(), tls: TLSContext? = nil) async throws -> Int {
        let server = try await ServerBootstrap(group: loop)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            TLSHandler(tls, host: nil))
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        Peer(script) { self.note($0) })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return try await on { rig in
            rig.servers.append(server)
            return server.localAddress?.port ?? 0
        }
    }

    /// Starts the driver.
    func start(_ settings: NetworkSettings = NetworkSettings(requestBase: "http://127.0.0.1:1"))
        async throws
    {
        try await on { rig in
            var settings = settings
            settings.waits = Self.patient(settings.waits)
            rig.driver = SessionDriver(
                Scripted(rig: rig), network: settings, on: rig.loop,
                now: {
                    let now = rig.time ?? Int64(Date().timeIntervalSince1970 * 1e9)
                    return Timestamp(nanoseconds: now)
                },
                take: { action, _ in rig.took(action) })
        }
    }

    /// With what a test has not set so long that no busy machine's pause between two of its steps
    /// ends a request or a socket.
    private static func patient(_ waits: NetworkSettings.Waits) -> NetworkSettings.Waits {
        let usual = NetworkSettings.Waits()
        var patient = waits
        for step in [\NetworkSettings.Waits.connect, \.open, \.read, \.request]
        where waits[keyPath: step] == usual[keyPath: step] {
            patient[keyPath: step] = .minutes(10)
        }
        return patient
    }

    func stop() async throws {
        try await loop.flatSubmit { self.driver?.close() ?? self.loop.makeSucceededVoidFuture() }
            .get()
        try await on { rig in
            for server in rig.servers { server.close(promise: nil) }
            rig.driver = nil
            rig.react = { _ in [] }
        }
    }

    /// Has the session ask for these actions.
    func act(_ actions: SessionAction...) async throws {
        try await on { rig in
            rig.next = actions
            rig.driver?.handle(.subscribe([:]))
        }
    }

    func note(_ line: String) {
        log.append(line)
        check()
    }

    private func took(_ action: SessionAction) {
        if case .log(_, let text) = action { note("took \(text)") }
    }

    /// Waits until a line begins so, and gives it; at most a minute.
    @discardableResult
    func line(_ start: String, times: Int = 1) async throws -> String {
        try await until("\(times) × `\(start)`") { rig in
            rig.log.filter { $0.hasPrefix(start) }.count >= times
        }
        return try await on { rig in rig.log.last { $0.hasPrefix(start) } ?? "" }
    }

    func until(_ what: String, _ isDone: @escaping @Sendable (Rig) -> Bool) async throws {
        try await loop.flatSubmit { [self] in
            let promise = loop.makePromise(of: Void.self)
            let timer = loop.assumeIsolated().scheduleTask(in: .seconds(60)) { [self] in
                promise.fail(NotInTime(description: "\(what) did not come: \(log.suffix(20))"))
            }
            promise.futureResult.whenComplete { _ in timer.cancel() }
            waiters.append(({ isDone(self) }, promise))
            check()
            return promise.futureResult
        }.get()
    }

    private func check() {
        waiters.removeAll { waiter in
            guard waiter.isDone() else { return false }
            waiter.promise.succeed(())
            return true
        }
    }

    fileprivate func heard(_ input: SessionInput, at now: Timestamp) -> [SessionAction] {
        defer { check() }
        var actions = next
        next = []
        switch input {
        case .opened(let socket): log.append("opened \(socket.number)")
        case .closed(let socket, let problem):
            log.append("closed \(socket.number) \(problem.kind): \(problem.text)")
        case .frame(let socket, let bytes, let isText):
            messages.append(bytes)
            let text = String(decoding: bytes.prefix(200), as: UTF8.self)
            log.append("\(isText ? "text" : "binary") \(socket.number) \(text)")
        case .pinged(let socket): log.append("pinged \(socket.number)")
        case .response(let id, let reply):
            let body = String(decoding: reply.body.prefix(200), as: UTF8.self)
            log.append("response \(id.number) \(reply.status) \(body)")
        case .failed(let id, let problem):
            log.append("failed \(id.number) \(problem.kind): \(problem.text)")
        case .timer: log.append("timer")
        case .command: log.append("command")
        case .subscribe, .reconcile, .clientNumbers: break
        }
        actions += react(input)
        return actions
    }
}

/// Runs a test with a rig that is stopped after it.
func withRig(_ body: (Rig) async throws -> Void) async throws {
    let rig = Rig()
    do {
        try await body(rig)
    } catch {
        try? await rig.stop()
        throw error
    }
    try await rig.stop()
}

let first = SocketID(1)

func call(
    _ method: String, _ path: String, body: String = "", headers: [HTTPHeader] = [],
    host: RequestHost = .main, isOrder: Bool = false, sendWithin: Int64? = nil
) -> HTTPCall {
    HTTPCall(
        method: method, path: path, headers: headers, body: body, group: EndpointGroup("test"),
        host: host, isOrder: isOrder, sendWithin: sendWithin)
}

/// Short waits, for the tests of silence.
func impatient(_ base: String) -> NetworkSettings {
    var settings = NetworkSettings(requestBase: base)
    settings.waits.open = .milliseconds(200)
    settings.waits.read = .milliseconds(200)
    return settings
}
