internal import Testing
internal import Transport
internal import VenueSessions

@Suite struct `Several hosts of a venue` {
    private let futures = RequestHost("futures")

    /// Serves two hosts: what was asked of which is noted, and the main one answers when it is said.
    private func start(_ rig: Rig, mainAnswers: Bool = true) async throws {
        let main = try await rig.serve(
            Peer.Script(request: { peer, request in
                rig.note("main asked \(request.line) of \(request.headers["host"] ?? "")")
                if mainAnswers { peer.reply("200 OK", "by main") }
            }))
        let further = try await rig.serve(
            Peer.Script(request: { peer, request in
                rig.note("futures asked \(request.line) of \(request.headers["host"] ?? "")")
                peer.reply("200 OK", "by futures")
            }))
        var settings = NetworkSettings(requestBase: "http://127.0.0.1:\(main)")
        settings.furtherBases = [futures: "http://127.0.0.1:\(further)"]
        try await rig.start(settings)
    }

    @Test func `each get the requests that name them`() async throws {
        try await withRig { rig in
            try await start(rig)
            try await rig.act(
                .request(RequestID(1), call("GET", "/a")),
                .request(RequestID(2), call("GET", "/b", host: futures)))
            try await rig.line("response 1 200 by main")
            try await rig.line("response 2 200 by futures")
            #expect(
                try await rig.line("main asked").hasPrefix("main asked GET /a HTTP/1.1 of 127."))
            #expect(try await rig.line("futures asked").hasPrefix("futures asked GET /b HTTP/1.1"))
        }
    }

    @Test func `do not wait for one another`() async throws {
        try await withRig { rig in
            try await start(rig, mainAnswers: false)
            for number in 1...20 {
                let order = call("POST", "/\(number)", body: "{}", isOrder: true)
                try await rig.act(.request(RequestID(number), order))
            }
            try await rig.line("main asked", times: 10)
            try await rig.act(.request(RequestID(21), call("GET", "/", host: futures)))
            try await rig.line("response 21 200 by futures")
        }
    }

    @Test func `are refused where no setting says where they are`() async throws {
        try await withRig { rig in
            try await start(rig)
            let elsewhere = call("GET", "/", host: RequestHost("options"))
            try await rig.act(.request(RequestID(1), elsewhere))
            let failed = try await rig.line("failed 1")
            #expect(
                failed == "failed 1 other: the settings name no address for the requests to options"
            )
        }
    }

    @Test func `get nothing in clear over a network, and no path of the settings`() async throws {
        try await withRig { rig in
            var settings = NetworkSettings(requestBase: "http://127.0.0.1:1")
            let path = RequestHost("path")
            settings.furtherBases = [futures: "http://192.0.2.1", path: "https://127.0.0.1:1/api"]
            try await rig.start(settings)
            try await rig.act(
                .request(RequestID(1), call("GET", "/", host: futures)),
                .request(RequestID(2), call("GET", "/", host: path)))
            #expect(
                try await rig.line("failed 1").hasPrefix(
                    "failed 1 other: 192.0.2.1 is another machine, and without TLS keys would go"))
            #expect(try await rig.line("failed 2").contains("the base of requests has a path"))
        }
    }
}
