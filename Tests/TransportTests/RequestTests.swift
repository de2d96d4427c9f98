internal import NIOCore
internal import Testing
internal import Transport
internal import VenueSessions

@Suite struct `A request` {
    @Test func `goes byte for byte as it was signed, over one connection`() async throws {
        try await withRig { rig in
            let port = try await rig.serve(
                Peer.Script(request: { peer, request in
                    let key = request.headers["x-key"] ?? ""
                    let body = String(decoding: request.body, as: UTF8.self)
                    peer.reply("200 OK", "\(request.line) \(key) \(body)", headers: "X-Left: 7\r\n")
                }))
            try await rig.start(NetworkSettings(requestBase: "http://127.0.0.1:\(port)"))
            let paths = [
                "/v2/order?market=BTCUSDT&x=a%2Fb%2fc&y=&z", "/", "/a//b/../c?",
                "/a?b=c?d+e:@!$'()*",
                "/a;b=c/%7Ed~e",
            ]
            let calls = paths.map {
                call("POST", $0, body: "{\"a\":1}", headers: [HTTPHeader("X-Key", "k")])
            }
            // Each follows the reply before it at once: a connection that is idle for long is closed.
            try await rig.on { rig in
                rig.react = { input in
                    guard case .response(let id, _) = input, id.number + 1 < calls.count else {
                        return []
                    }
                    return [.request(RequestID(id.number + 1), calls[id.number + 1])]
                }
            }
            try await rig.act(.request(RequestID(0), calls[0]))
            for (number, path) in paths.enumerated() {
                let reply = try await rig.line("response \(number)")
                #expect(reply == "response \(number) 200 POST \(path) HTTP/1.1 k {\"a\":1}")
            }
            #expect(try await !rig.on { $0.log.contains("peer lost") }, "the connection was kept")
        }
    }

    // Promise P15.
    @Test(arguments: [
        PracticeOrder.request(call("POST", "/practice", body: "an order")),
        .message(first, "an order"),
    ])
    func `is practised after messages, every ten milliseconds, and not sent`(
        _ order: PracticeOrder
    ) async throws {
        try await withRig { rig in
            let port = try await rig.serve(
                Peer.Script(
                    request: { peer, request in
                        rig.note("asked \(request.line)")
                        peer.accept(request)
                    },
                    frame: { peer, frame in
                        peer.text(String(decoding: frame.payload, as: UTF8.self))
                    }))
            let base = "http://127.0.0.1:\(port)"
            try await rig.start(NetworkSettings(requestBase: base))
            try await rig.on { $0.practice = order }
            try await rig.act(.open(first, url: "ws://127.0.0.1:\(port)"))
            try await rig.line("opened 1")
            for (number, time) in [1, 9_999_999, 10_000_000, 10_000_001, 20_000_001].enumerated() {
                try await rig.on { $0.time = Int64(time) + 5_000_000_000_000_000_000 }
                try await rig.act(.send(first, "\(number)"))
                try await rig.line("text 1 \(number)")
            }
            let practised = try await rig.on { $0.log.filter { $0.hasPrefix("practice") } }
            #expect(
                practised == [
                    "practice at 5000000000000000001", "practice at 5000000000010000001",
                    "practice at 5000000000020000001",
                ])
            try await rig.act(.request(RequestID(1), call("GET", "/asked")))
            try await rig.line("asked GET /asked")
            let asked = try await rig.on { $0.log.filter { $0.hasPrefix("asked") } }
            #expect(asked.count == 2, "the socket's own request, and this one")
            let said = try await rig.on { $0.log.filter { $0.hasPrefix("text") } }
            #expect(said == (0..<5).map { "text 1 \($0)" })
        }
    }

    @Test(arguments: ["/a b", "/a|b", "/ä", "/a%2", "/a#b", "a", "", "/a\r\nX: y"])
    func `with a path that would be changed on the way is refused`(_ path: String) async throws {
        try await withRig { rig in
            try await rig.start()
            try await rig.act(.request(RequestID(1), call("GET", path)))
            let failed = try await rig.line("failed 1")
            #expect(failed == "failed 1 other: the request's path cannot be sent as it was signed")
        }
    }

    @Test func `follows no redirect, and unpacks nothing`() async throws {
        try await withRig { rig in
            let port = try await rig.serve(
                Peer.Script(request: { peer, request in
                    rig.note("asked \(request.line) \(request.headers["accept-encoding"] ?? "-")")
                    peer.reply("302 Found", "elsewhere", headers: "location: /other\r\n")
                }))
            try await rig.start(NetworkSettings(requestBase: "http://127.0.0.1:\(port)"))
            try await rig.act(.request(RequestID(1), call("GET", "/here")))
            #expect(try await rig.line("response 1") == "response 1 302 elsewhere")
            let asked = try await rig.on { $0.log.filter { $0.hasPrefix("asked") } }
            #expect(asked == ["asked GET /here HTTP/1.1 -"])
        }
    }

    // Promise P5.
    @Test func `is not sent again when its connection is cut`() async throws {
        try await withRig { rig in
            let port = try await rig.serve(
                Peer.Script(request: { peer, request in
                    rig.note("asked")
                    if request.line.contains("order") {
                        peer.close()
                    } else {
                        peer.reply("200 OK", "")
                    }
                }))
            try await rig.start(NetworkSettings(requestBase: "http://127.0.0.1:\(port)"))
            try await rig.act(.request(RequestID(1), call("GET", "/time")))
            try await rig.line("response 1")
            try await rig.act(.request(RequestID(2), call("POST", "/order", body: "{}")))
            try await rig.line("failed 2 reset")
            try await rig.act(.request(RequestID(3), call("GET", "/time")))
            try await rig.line("response 3")
            #expect(try await rig.on { $0.log.filter { $0 == "asked" }.count } == 3)
        }
    }

    @Test func `with a reply over the limit fails`() async throws {
        try await withRig { rig in
            let port = try await rig.serve(
                Peer.Script(request: { peer, _ in
                    peer.write("HTTP/1.1 200 OK\r\ncontent-length: \((16 << 20) + 1)\r\n\r\n")
                    peer.write([UInt8](repeating: 65, count: (16 << 20) + 1))
                }))
            try await rig.start(NetworkSettings(requestBase: "http://127.0.0.1:\(port)"))
            try await rig.act(.request(RequestID(1), call("GET", "/")))
            let failed = try await rig.line("failed 1")
            #expect(failed == "failed 1 other: the reply is longer than 16777216 bytes")
        }
    }

    @Test func `stands beside others, and beside sockets`() async throws {
        try await withRig { rig in
            let port = try await rig.serve(
                Peer.Script(
                    request: { peer, request in
                        if request.headers["upgrade"] == nil {
                            peer.reply("200 OK", request.line)
                        } else {
                            peer.accept(request)
                        }
                    },
                    frame: { peer, frame in
                        if frame.opcode == 1 {
                            peer.text(String(decoding: frame.payload, as: UTF8.self))
                        }
                    }))
            try await rig.start(NetworkSettings(requestBase: "http://127.0.0.1:\(port)"))
            try await rig.on { rig in
                rig.react = { input in
                    if case .opened(let socket) = input {
                        [.send(socket, "of \(socket)")]
                    } else {
                        []
                    }
                }
            }
            for number in 1...8 {
                try await rig.act(
                    .open(SocketID(number), url: "ws://127.0.0.1:\(port)"),
                    .request(RequestID(number), call("GET", "/\(number)")))
            }
            for number in 1...8 {
                try await rig.line("text \(number) of socket \(number)")
                try await rig.line("response \(number) 200 GET /\(number) HTTP/1.1")
            }
        }
    }
}
