internal import NIOCore
internal import Testing
internal import Transport
internal import VenueSessions

/// What waits for its connection to be made, to be secured, or to get free.
@Suite struct `A request that becomes too old` {
    /// In nanoseconds.
    private let soon: Int64 = 50_000_000
    private let minute: Int64 = 60_000_000_000

    @Test func `while its connection is secured is given up and never sent`() async throws {
        try await withRig { rig in
            let (gate, venue) = try await gated(rig)
            try await rig.act(.request(RequestID(1), order("/late", within: soon)))
            try await rig.line("at the gate")
            let failed = try await rig.line("failed 1")
            #expect(failed.hasPrefix("failed 1 unsent: "))
            // The connection is made all the same, and carries what comes after.
            try await rig.on { _ in gate.letAllThrough(to: venue) }
            try await rig.act(.request(RequestID(2), order("/next")))
            try await rig.line("response 2 200 POST /next")
            #expect(try await rig.on { rig in !rig.log.contains { $0.contains("/late") } })
            try await gate.close()
        }
    }

    @Test func `while its connection is made is given up and never sent`() async throws {
        try await withRig { rig in
            let authority = try Authority("known")
            let venue = try await secured(rig, authority, host: "venue.test")
            let held = Held()
            let proxy = try await rig.serve(
                Peer.Script(request: { peer, _ in
                    if held.peer == nil { held.peer = peer } else { peer.tunnel(to: venue) }
                    rig.note("at the proxy")
                }))
            try await rig.start(
                NetworkSettings(
                    requestBase: "https://venue.test", certificateAuthorities: try authority.file(),
                    proxies: try Proxies(environment: ["HTTPS_PROXY": "127.0.0.1:\(proxy)"])))
            try await rig.act(.request(RequestID(1), order("/late", within: soon)))
            try await rig.line("at the proxy")
            try await rig.line("failed 1 unsent: ")
            try await rig.on { _ in held.peer?.tunnel(to: venue) }
            try await rig.act(.request(RequestID(2), order("/next")))
            try await rig.line("response 2 200 POST /next")
            #expect(try await rig.on { rig in !rig.log.contains { $0.contains("/late") } })
        }
    }

    /// On the rig's loop only.
    private final class Held: @unchecked Sendable { var peer: Peer? }

    @Test func `while nobody takes its connection is told before the connection is given up`()
        async throws
    {
        let venue = try FullListener()
        try await withRig { rig in
            try await rig.start(NetworkSettings(requestBase: "http://127.0.0.1:\(venue.port)"))
            try await rig.act(.request(RequestID(1), order("/late", within: soon)))
            try await rig.line("failed 1 unsent: ")
        }
    }

    @Test func `while the machine slept is not sent`() async throws {
        try await withRig { rig in
            let begin: Int64 = 5_000_000_000_000_000_000
            try await rig.on { $0.time = begin }
            let (gate, venue) = try await gated(rig)
            try await rig.act(.request(RequestID(1), order("/late", within: 10 * minute)))
            try await rig.line("at the gate")
            // The loop's own clock rests in a sleep.
            try await rig.on { $0.time = begin + 600_000_000_000 }
            try await rig.on { _ in gate.letAllThrough(to: venue) }
            try await rig.line("failed 1 unsent: ")
            try await rig.act(.request(RequestID(2), order("/next", within: 10 * minute)))
            try await rig.line("response 2 200 POST /next")
            #expect(try await rig.on { rig in !rig.log.contains { $0.contains("/late") } })
            try await gate.close()
        }
    }

    @Test func `is told, each of five hundred that wait for a connection`() async throws {
        try await withRig { rig in
            let port = try await rig.serve(
                Peer.Script(request: { _, request in rig.note("asked \(request.line)") }))
            try await rig.start(NetworkSettings(requestBase: "http://127.0.0.1:\(port)"))
            for number in 1...10 {
                try await rig.act(.request(RequestID(number), order("/first/\(number)")))
            }
            try await rig.line("asked POST /first", times: 10)
            // Each becomes too old a microsecond behind the one before, while others are told.
            let late = (1...500).map { number in
                SessionAction.request(
                    RequestID(100 + number),
                    order("/late", within: 20_000_000 + Int64(number) * 1_000))
            }
            try await rig.on { rig in
                rig.react = { input in if case .reconcile = input { late } else { [] } }
                rig.driver?.handle(.reconcile)
            }
            try await rig.line("failed ", times: 500)
            let told = try await rig.on { rig in rig.log.filter { $0.contains("unsent") } }
            #expect(told.count == 500 && Set(told).count == 500)
            #expect(try await rig.on { rig in !rig.log.contains { $0.contains("/late") } })
        }
    }
}

/// Connections that are being made, to a venue that speaks TLS behind a gate.
@Suite struct `A connection under way` {
    @Test func `takes an order that waits before the question it was made for`() async throws {
        try await withRig { rig in
            let (gate, venue) = try await gated(rig)
            for number in 1...10 {
                let isOrder = number > 8
                let held = call(isOrder ? "POST" : "GET", "/held/\(number)", isOrder: isOrder)
                try await rig.act(.request(RequestID(number), held))
                try await rig.line("at the gate", times: number)
            }
            try await rig.act(.request(RequestID(11), order("/order")))
            try await rig.on { _ in gate.letThrough(0, to: venue) }
            try await rig.line("asked ", times: 2)
            let asked = try await rig.on { rig in rig.log.filter { $0.hasPrefix("asked") } }
            #expect(asked == ["asked POST /order HTTP/1.1", "asked GET /held/1 HTTP/1.1"])
            try await gate.close()
        }
    }
}

private func order(_ path: String, within: Int64? = nil) -> HTTPCall {
    call("POST", path, body: "{}", isOrder: true, sendWithin: within)
}

/// A venue that speaks TLS, notes what it is asked and answers.
private func secured(_ rig: Rig, _ authority: Authority, host: String) async throws -> Int {
    try await rig.serve(
        Peer.Script(request: { peer, request in
            rig.note("asked \(request.line)")
            peer.reply("200 OK", request.line)
        }), tls: try authority.server(for: host))
}

/// Starts with a gate before such a venue.
private func gated(_ rig: Rig) async throws -> (gate: Gate, venue: Int) {
    let authority = try Authority("known")
    let venue = try await secured(rig, authority, host: "localhost")
    let gate = Gate(on: rig.loop) { rig.note($0) }
    let port = try await gate.open()
    try await rig.start(
        NetworkSettings(
            requestBase: "https://localhost:\(port)", certificateAuthorities: try authority.file()))
    return (gate, venue)
}
