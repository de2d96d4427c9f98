internal import Testing
internal import Transport
internal import VenueSessions

@Suite struct `A subprotocol` {
    /// Opens a socket that offers these to a server that answers with these headers.
    private func open(
        _ rig: Rig, offering offered: [String], answer headers: String
    ) async throws {
        let port = try await rig.serve(
            Peer.Script(request: { peer, request in
                rig.note("offered \(request.headers["sec-websocket-protocol"] ?? "none")")
                peer.accept(request, headers: headers)
            }))
        try await rig.start()
        let terms = SocketTerms(subprotocols: offered)
        try await rig.act(.open(first, url: "ws://127.0.0.1:\(port)", terms))
    }

    private static func chosen(_ name: String) -> String { "sec-websocket-protocol: \(name)\r\n" }

    @Test(arguments: [
        (["beta"], "beta", chosen("beta")), (["v2.json", "v1"], "v2.json, v1", chosen("v1")),
        ([], "none", ""),
    ])
    func `is offered, and one of them chosen`(
        _ offered: [String], _ header: String, _ answer: String
    ) async throws {
        try await withRig { rig in
            try await open(rig, offering: offered, answer: answer)
            try await rig.line("opened 1")
            #expect(try await rig.line("offered") == "offered \(header)")
        }
    }

    @Test(arguments: [
        ([], chosen("beta"), "the venue chose a subprotocol that was not offered: beta"),
        (["beta"], chosen("Beta"), "the venue chose a subprotocol that was not offered: Beta"),
        (["a", "b"], chosen("a, b"), "the venue chose a subprotocol that was not offered: a"),
        (["a", "b"], chosen("a") + chosen("b"), "a subprotocol that was not offered: a"),
        (["a", "b"], "", "the venue chose none of the subprotocols that were offered: a, b"),
    ])
    func `that is not agreed ends the socket`(
        _ offered: [String], _ answer: String, _ told: String
    ) async throws {
        try await withRig { rig in
            try await open(rig, offering: offered, answer: answer)
            let closed = try await rig.line("closed 1 other: ")
            #expect(closed.hasSuffix(told), "\(closed)")
            #expect(try await rig.on { !$0.log.contains("opened 1") })
        }
    }

    @Test(arguments: [[""], ["a b"], ["a,b"], ["a\r\nX: y"], ["ä"], ["a", "b", "a"]])
    func `that cannot be told in a header is not offered`(_ offered: [String]) async throws {
        try await withRig { rig in
            try await open(rig, offering: offered, answer: "")
            let closed = try await rig.line("closed 1 other: ")
            #expect(closed.contains("the subprotocols cannot be offered"))
            #expect(try await rig.on { rig in !rig.log.contains { $0.hasPrefix("offered") } })
        }
    }
}
