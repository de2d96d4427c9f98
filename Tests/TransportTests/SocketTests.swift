internal import NIOCore
internal import Testing
internal import Transport
internal import VenueSessions

@Suite struct `A socket` {
    /// Opens a socket to a peer of this script.
    private func opened(
        _ rig: Rig, frame: @escaping @Sendable (Peer, Peer.Frame) -> Void = { _, _ in },
        headers: String = "", then act: @escaping @Sendable (Peer) -> Void
    ) async throws {
        let port = try await rig.serve(
            Peer.Script(
                request: { peer, request in
                    peer.accept(request, headers: headers)
                    act(peer)
                }, frame: frame))
        try await rig.start()
        try await rig.act(.open(first, url: "ws://127.0.0.1:\(port)/v2/spot?a=b"))
        try await rig.line("opened 1")
    }

    @Test func `asks for its path and its host and offers compression`() async throws {
        try await withRig { rig in
            let port = try await rig.serve(
                Peer.Script(request: { peer, request in
                    let host = request.headers["host"] ?? ""
                    let offer = request.headers["sec-websocket-extensions"] ?? ""
                    rig.note("asked \(request.line) of \(host) with \(offer)")
                    peer.accept(request)
                }))
            try await rig.start()
            try await rig.act(.open(first, url: "ws://127.0.0.1:\(port)/v2/spot?a=b%20c"))
            try await rig.line("opened 1")
            let asked = try await rig.line("asked")
            #expect(
                asked == "asked GET /v2/spot?a=b%20c HTTP/1.1 of 127.0.0.1:\(port)"
                    + " with permessage-deflate; client_no_context_takeover")
        }
    }

    @Test func `sends masked text that arrives whole`() async throws {
        try await withRig { rig in
            try await opened(
                rig,
                frame: { _, frame in
                    let text = String(decoding: frame.payload, as: UTF8.self)
                    rig.note("peer \(frame.opcode) \(frame.isMasked) \(text)")
                }, then: { _ in })
            let long = String(repeating: "x", count: 70_000)
            try await rig.act(.send(first, "hello"), .send(first, ""), .send(first, long))
            try await rig.line("peer 1 true", times: 3)
            let got = try await rig.on { rig in rig.log.filter { $0.hasPrefix("peer") } }
            #expect(got == ["peer 1 true hello", "peer 1 true ", "peer 1 true \(long)"])
        }
    }

    @Test func `hears a message that came in the packet of the answer`() async throws {
        try await withRig { rig in
            let port = try await rig.serve(
                Peer.Script(request: { peer, request in
                    peer.accept(request, more: Peer.frame(1, Array("early".utf8)))
                }))
            try await rig.start()
            try await rig.act(.open(first, url: "ws://127.0.0.1:\(port)"))
            try await rig.line("text 1 early")
            #expect(try await rig.on(\.log) == ["opened 1", "text 1 early"])
        }
    }

    @Test func `puts fragments together, a ping between them`() async throws {
        try await withRig { rig in
            try await opened(
                rig,
                frame: { _, frame in
                    let text = String(decoding: frame.payload, as: UTF8.self)
                    rig.note("pong \(frame.opcode) \(text)")
                },
                then: { peer in
                    peer.write(Peer.frame(1, Array("on".utf8), flags: 0))
                    peer.write(Peer.frame(9, Array("are you there".utf8)))
                    peer.write(Peer.frame(0, [], flags: 0))
                    peer.write(Peer.frame(0, Array("e".utf8)))
                    peer.write(Peer.frame(2, [1, 2, 3]))
                })
            try await rig.line("binary 1")
            #expect(try await rig.line("pong") == "pong 10 are you there")
            #expect(try await rig.on(\.messages) == [Array("one".utf8), [1, 2, 3]])
        }
    }

    @Test func `tells the code and the reason of a close frame and answers it`() async throws {
        try await withRig { rig in
            try await opened(
                rig,
                frame: { _, frame in rig.note("answer \(frame.opcode) \(frame.payload)") },
                then: { peer in
                    peer.write(Peer.frame(8, [3, 233] + Array("going away".utf8)))
                    peer.text("too late")
                })
            let closed = try await rig.line("closed 1 reset:")
            #expect(closed.hasSuffix("closed by the venue with code 1001: going away"))
            #expect(try await rig.line("answer") == "answer 8 [3, 233]")
            try await rig.line("peer lost")
            #expect(try await rig.on { $0.log.contains { $0.hasPrefix("text") } } == false)
        }
    }

    @Test func `tells a cut without a close frame, once`() async throws {
        try await withRig { rig in
            try await opened(
                rig,
                frame: { peer, _ in
                    peer.text("one")
                    peer.write(Array(Peer.frame(1, Array("torn".utf8)).dropLast()))
                    peer.close()
                }, then: { _ in })
            try await rig.act(.send(first, "go on"))
            let closed = try await rig.line("closed 1")
            #expect(closed.hasPrefix("closed 1 reset:"))
            #expect(closed.hasSuffix("the connection ended without a close frame"))
            #expect(try await rig.on(\.messages) == [Array("one".utf8)])
            #expect(try await rig.on { $0.log.filter { $0.hasPrefix("closed") }.count } == 1)
        }
    }

    @Test func `that the session closes says nothing more`() async throws {
        try await withRig { rig in
            try await rig.on { rig in
                rig.react = { input in
                    if case .frame(first, _, _) = input { [.close(first)] } else { [] }
                }
            }
            try await opened(
                rig,
                frame: { peer, frame in
                    if frame.opcode == 8 { rig.note("goodbye \(frame.payload)") }
                },
                then: { peer in peer.write(Peer.frame(1, [65]) + Peer.frame(1, [66])) })
            #expect(try await rig.line("goodbye") == "goodbye [3, 232]")
            try await rig.line("peer lost")
            #expect(
                try await rig.on(\.log).filter { !$0.hasPrefix("goodbye") && !$0.hasPrefix("peer") }
                    == ["opened 1", "text 1 A"])
        }
    }

    @Test(arguments: [
        ("a masked frame", Peer.frame(1, [65], isMasked: true), "a masked frame"),
        ("reserved bits", Peer.frame(1, [65], flags: 0xc0), "a reserved bit"),
        ("a continuation of nothing", Peer.frame(0, [65]), "never began"),
        ("a message in a message", Peer.frame(1, [65], flags: 0) + Peer.frame(1, [66]), "within"),
        ("an unknown kind", Peer.frame(5, [65]), "unknown kind"),
        ("half a code", Peer.frame(8, [3]), "a code that does not exist"),
        ("a code not for the wire", Peer.frame(8, [3, 237]), "a code that does not exist"),
        ("a ping in fragments", Peer.frame(9, [65], flags: 0), "WebSocket protocol"),
        ("a length over the limit", Peer.frame(1, [], length: 16 << 20 | 1), "is longer than"),
        ("a length of all ones", Peer.frame(1, [], length: Int.max), "is longer than"),
    ])
    func `ends at a breach of the protocol`(_ name: String, _ bytes: [UInt8], _ told: String)
        async throws
    {
        try await withRig { rig in
            try await opened(rig, then: { peer in peer.write(bytes) })
            let closed = try await rig.line("closed 1")
            #expect(closed.hasPrefix("closed 1 other:"), "\(name)")
            #expect(closed.contains(told), "\(closed)")
            #expect(try await rig.on(\.messages).isEmpty)
        }
    }

    @Test func `ends when fragments add up to more than the limit`() async throws {
        try await withRig { rig in
            try await opened(
                rig,
                then: { peer in
                    let half = [UInt8](repeating: 65, count: NetworkSettings.Limit.message / 2 + 1)
                    peer.write(Peer.frame(1, half, flags: 0))
                    peer.write(Peer.frame(0, half))
                })
            #expect(try await rig.line("closed 1").contains("is longer than 16777216 bytes"))
        }
    }

    @Test func `of a venue that does not read is left`() async throws {
        try await withRig { rig in
            try await opened(rig, then: { peer in peer.stopReading() })
            let text = String(repeating: "x", count: 1 << 20)
            try await rig.on { rig in
                rig.react = { input in if case .timer = input { [.send(first, text)] } else { [] } }
                for _ in 0..<64 { rig.driver?.handle(.timer) }
            }
            let closed = try await rig.line("closed 1")
            #expect(closed.hasPrefix("closed 1 reset:"))
            #expect(closed.contains("the venue does not read"))
        }
    }
}
