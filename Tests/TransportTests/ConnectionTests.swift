internal import NIOCore
internal import Testing
internal import Transport
internal import VenueSessions

@Suite struct `A connection for requests` {
    /// The ends of the connections that requests came over.
    ///
    /// `@unchecked Sendable`: used on the rig's loop only.
    private final class Ends: @unchecked Sendable {
        private var peers: [Peer] = []

        func number(of peer: Peer) -> Int {
            if let known = peers.firstIndex(where: { $0 === peer }) { return known }
            peers.append(peer)
            return peers.count - 1
        }
    }

    /// Serves and notes which connection each request came over.
    private func serve(
        _ rig: Rig, _ answer: @escaping @Sendable (Peer, Peer.Request) -> Void
    ) async throws {
        let ends = Ends()
        let port = try await rig.serve(
            Peer.Script(request: { peer, request in
                rig.note("over \(ends.number(of: peer))")
                answer(peer, request)
            }))
        try await rig.start(NetworkSettings(requestBase: "http://127.0.0.1:\(port)"))
    }

    private func connections(_ rig: Rig) async throws -> Int {
        try await rig.on { rig in Set(rig.log.filter { $0.hasPrefix("over ") }).count }
    }

    @Test func `carries one request at a time, and only so many are opened`() async throws {
        try await withRig { rig in
            try await serve(rig) { peer, request in peer.reply("200 OK", request.line) }
            let calls = (1...30).map {
                SessionAction.request(RequestID($0), call("GET", "/\($0)"))
            }
            try await rig.on { rig in
                rig.react = { input in if case .reconcile = input { calls } else { [] } }
                rig.driver?.handle(.reconcile)
            }
            for number in 1...30 {
                let line = try await rig.line("response \(number) ")
                #expect(line == "response \(number) 200 GET /\(number) HTTP/1.1")
            }
            #expect(try await connections(rig) == 8)
        }
    }

    @Test func `is there for orders when all questions are met by silence`() async throws {
        try await withRig { rig in
            try await serve(rig) { peer, request in
                if request.line.contains("order") { peer.reply("200 OK", request.line) }
            }
            for number in 1...20 {
                try await rig.act(.request(RequestID(number), call("GET", "/\(number)")))
            }
            try await rig.line("over ", times: 8)
            let order = call("POST", "/order", body: "{}", isOrder: true)
            try await rig.act(.request(RequestID(21), order))
            #expect(
                try await rig.line("response 21") == "response 21 200 POST /order HTTP/1.1")
        }
    }

    /// Peers that have not answered, on the rig's loop only.
    private final class Silent: @unchecked Sendable {
        var peers: [(peer: Peer, line: String)] = []
    }

    @Test func `takes orders that wait before questions that wait longer`() async throws {
        try await withRig { rig in
            let silent = Silent()
            try await serve(rig) { peer, request in
                rig.note("asked \(request.line)")
                silent.peers.append((peer, request.line))
            }
            for number in 1...10 {
                let order = call("POST", "/first/\(number)", body: "{}", isOrder: true)
                try await rig.act(.request(RequestID(number), order))
            }
            try await rig.line("asked POST /first", times: 10)
            try await rig.act(.request(RequestID(11), call("GET", "/question")))
            let order = call("POST", "/second", body: "{}", isOrder: true)
            try await rig.act(.request(RequestID(12), order))
            try await rig.on { _ in silent.peers[0].peer.reply("200 OK", "") }
            try await rig.line("asked POST /second")
            #expect(try await rig.on { rig in !rig.log.contains { $0.contains("/question") } })
            try await rig.on { _ in silent.peers[1].peer.reply("200 OK", "") }
            try await rig.line("asked GET /question")
        }
    }

    @Test func `never carries what has waited too long for one`() async throws {
        try await withRig { rig in
            let silent = Silent()
            try await serve(rig) { peer, request in
                rig.note("asked \(request.line)")
                silent.peers.append((peer, request.line))
            }
            for number in 1...10 {
                let order = call("POST", "/first/\(number)", body: "{}", isOrder: true)
                try await rig.act(.request(RequestID(number), order))
            }
            try await rig.line("asked POST /first", times: 10)
            let late = call(
                "POST", "/late", body: "{}", isOrder: true, sendWithin: 50_000_000)
            try await rig.act(.request(RequestID(11), late))
            let failed = try await rig.line("failed 11")
            #expect(failed.hasPrefix("failed 11 unsent: "))
            try await rig.act(.request(RequestID(12), call("GET", "/last")))
            try await rig.on { _ in
                for (peer, _) in silent.peers { peer.reply("200 OK", "") }
            }
            try await rig.line("asked GET /last")
            #expect(try await rig.on { rig in !rig.log.contains { $0.contains("/late") } })
        }
    }

    @Test func `is not used again when the venue says that it closes it`() async throws {
        try await withRig { rig in
            try await serve(rig) { peer, _ in
                peer.reply("200 OK", "once", headers: "connection: close\r\n")
            }
            for number in 1...3 {
                try await rig.act(.request(RequestID(number), call("GET", "/")))
                try await rig.line("response \(number) 200 once")
            }
            #expect(try await connections(rig) == 3)
        }
    }

    @Test func `that the venue closed while it was free is replaced`() async throws {
        try await withRig { rig in
            try await serve(rig) { peer, _ in
                peer.reply("200 OK", "then gone")
                peer.close()
            }
            for number in 1...3 {
                try await rig.act(.request(RequestID(number), call("GET", "/")))
                try await rig.line("response \(number) 200 then gone")
                try await rig.line("peer lost", times: number)
            }
            #expect(try await connections(rig) == 3)
        }
    }

    @Test func `reads replies in chunks and those that end with the connection`() async throws {
        try await withRig { rig in
            try await serve(rig) { peer, request in
                if request.line.contains("chunks") {
                    peer.write(
                        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
                            + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
                } else {
                    peer.write("HTTP/1.1 200 OK\r\n\r\nuntil the end")
                    peer.close()
                }
            }
            try await rig.act(.request(RequestID(1), call("GET", "/chunks")))
            #expect(try await rig.line("response 1") == "response 1 200 abcde")
            try await rig.act(.request(RequestID(2), call("GET", "/end")))
            #expect(try await rig.line("response 2") == "response 2 200 until the end")
        }
    }

    @Test func `that is cut within a reply leaves the request's status unknown`() async throws {
        try await withRig { rig in
            try await serve(rig) { peer, _ in
                peer.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
                peer.close()
            }
            try await rig.act(.request(RequestID(1), call("POST", "/order", body: "{}")))
            let failed = try await rig.line("failed 1")
            #expect(failed.hasPrefix("failed 1 reset: "), "\(failed)")
        }
    }

    @Test func `to what does not speak HTTP fails its request`() async throws {
        try await withRig { rig in
            try await serve(rig) { peer, _ in peer.write("SSH-2.0-OpenSSH_9.2\r\n\r\n") }
            try await rig.act(.request(RequestID(1), call("GET", "/")))
            let failed = try await rig.line("failed 1 other: 127.0.0.1:")
            #expect(failed.hasSuffix("does not speak HTTP"), "\(failed)")
        }
    }

    @Test(arguments: [
        ("GET", HTTPHeader("X-Key", "a\r\nX-Other: b")), ("GET", HTTPHeader("X: Y", "a")),
        ("GET", HTTPHeader("", "a")), ("GE T", HTTPHeader("X", "a")), ("", HTTPHeader("X", "a")),
    ])
    func `never carries more than the request that was signed`(
        _ method: String, _ header: HTTPHeader
    ) async throws {
        try await withRig { rig in
            try await serve(rig) { peer, _ in peer.reply("200 OK", "") }
            try await rig.act(.request(RequestID(1), call(method, "/", headers: [header])))
            let failed = try await rig.line("failed 1")
            #expect(failed == "failed 1 other: the request's method or headers cannot be sent")
            #expect(try await connections(rig) == 0)
        }
    }
}
