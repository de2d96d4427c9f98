internal import Testing
internal import Transport
internal import VenueSessions

@Suite struct `A server's ping` {
    /// Opens a socket to a peer that sends these frames, and notes what comes back.
    private func open(_ rig: Rig, _ terms: SocketTerms, frames: [UInt8]) async throws {
        let port = try await rig.serve(
            Peer.Script(
                request: { peer, request in
                    peer.accept(request)
                    peer.write(frames)
                },
                frame: { _, frame in
                    let text = String(decoding: frame.payload, as: UTF8.self)
                    rig.note("peer heard \(frame.opcode) \(text)")
                }))
        try await rig.start()
        try await rig.act(.open(first, url: "ws://127.0.0.1:\(port)", terms))
    }

    private let ping = Peer.frame(9, Array("there?".utf8))

    @Test func `is told behind its answer, also within a message`() async throws {
        try await withRig { rig in
            try await rig.on { rig in
                rig.react = { input in
                    if case .pinged(let socket) = input { [.send(socket, "heard")] } else { [] }
                }
            }
            let half = Peer.frame(1, Array("on".utf8), flags: 0)
            let rest = Peer.frame(0, Array("e".utf8))
            try await open(
                rig, SocketTerms(tellsPings: true), frames: ping + half + ping + rest)
            try await rig.line("text 1 one")
            try await rig.line("peer heard 1", times: 2)
            let told = try await rig.on(\.log)
            #expect(
                told.filter { !$0.hasPrefix("peer") }
                    == ["opened 1", "pinged 1", "pinged 1", "text 1 one"])
            #expect(
                told.filter { $0.hasPrefix("peer heard") } == [
                    "peer heard 10 there?", "peer heard 1 heard", "peer heard 10 there?",
                    "peer heard 1 heard",
                ])
        }
    }

    @Test func `is answered and not told where nobody asked for it`() async throws {
        try await withRig { rig in
            try await open(rig, SocketTerms(), frames: ping + Peer.frame(1, Array("one".utf8)))
            try await rig.line("text 1 one")
            try await rig.line("peer heard 10 there?")
            #expect(try await rig.on { !$0.log.contains("pinged 1") })
        }
    }

    @Test func `says nothing of a socket that was closed at the one before`() async throws {
        try await withRig { rig in
            try await rig.on { rig in
                rig.react = { input in
                    if case .pinged(let socket) = input { [.close(socket)] } else { [] }
                }
            }
            try await open(rig, SocketTerms(tellsPings: true), frames: ping + ping + ping)
            try await rig.line("peer lost")
            #expect(try await rig.on { $0.log.filter { $0 == "pinged 1" } } == ["pinged 1"])
        }
    }
}
