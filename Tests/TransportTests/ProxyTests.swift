internal import NIOCore
internal import Testing
internal import Transport
internal import VenueSessions

@Suite struct `A proxy` {
    private func proxies(_ environment: [String: String]) throws -> Proxies {
        try Proxies(environment: environment)
    }

    @Test func `is read from the environment, in small letters first`() throws {
        let proxies = try proxies([
            "https_proxy": "http://me:p%40ss@proxy.example:3128/", "HTTPS_PROXY": "other:1",
            "HTTP_PROXY": "plain.example",
        ])
        let proxy = try #require(proxies.proxy(for: Endpoint("https://venue.example")))
        #expect(proxy.host == "proxy.example")
        #expect(proxy.port == 3128)
        #expect(proxy.credentials?.user == "me")
        #expect(proxy.credentials?.password == "p@ss")
        #expect(try proxies.proxy(for: Endpoint("http://127.0.0.1")) == nil)
    }

    @Test func `never shows its password`() throws {
        let proxies = try proxies(["HTTPS_PROXY": "http://me:hunter2@proxy.example:3128"])
        var dumped = ""
        dump(proxies, to: &dumped)
        #expect(!"\(proxies)".contains("hunter2"))
        #expect(!dumped.contains("hunter2"))
        let wrong = #expect(throws: InvalidProxy.self) {
            try Proxies(environment: ["HTTPS_PROXY": "socks5://me:hunter2@proxy.example:1080"])
        }
        #expect(wrong?.description.contains("`HTTPS_PROXY`") == true)
        #expect(wrong?.description.contains("hunter2") == false)
    }

    @Test(arguments: [
        "socks5://a:1", "https://a:1", "http://", "http://a:0", "http://a:65536", "a:b:c",
        "http://%zz:x@a:1", "http://a/path",
    ])
    func `with an address that cannot be used is refused`(_ value: String) {
        #expect(throws: InvalidProxy.self) { try Proxies(environment: ["HTTPS_PROXY": value]) }
    }

    @Test(arguments: [
        ("", "venue.example", true), ("*", "venue.example", false),
        ("venue.example", "venue.example", false), ("example", "venue.example", false),
        (".example", "venue.example", false), ("*.example", "venue.example", false),
        ("VENUE.example", "venue.EXAMPLE", false), ("other, venue.example", "venue.example", false),
        ("ample", "venue.example", true), ("venue.example:443", "venue.example", false),
        ("venue.example:8443", "venue.example", true), ("192.0.2.1", "192.0.2.1", false),
        ("2.1", "192.0.2.1", true), ("other", "localhost", false), ("other", "127.0.0.1", false),
    ])
    func `is left out for the hosts of NO_PROXY and for this machine`(
        _ exceptions: String, _ host: String, _ isProxied: Bool
    ) throws {
        let proxies = try proxies(["HTTPS_PROXY": "proxy:1", "NO_PROXY": exceptions])
        #expect(try (proxies.proxy(for: Endpoint("https://\(host)")) != nil) == isProxied)
    }

    @Test func `connects sockets and requests, and hears who we are`() async throws {
        try await withRig { rig in
            let authority = try Authority("known")
            let venue = try await rig.serve(
                Peer.Script(
                    request: { peer, request in
                        if request.headers["upgrade"] == nil {
                            peer.reply("200 OK", request.line)
                        } else {
                            peer.accept(request)
                        }
                    }, frame: { peer, _ in peer.text("through") }),
                tls: try authority.server(for: "venue.test"))
            let proxy = try await rig.serve(
                Peer.Script(request: { peer, request in
                    rig.note(
                        "asked \(request.line) \(request.headers["proxy-authorization"] ?? "")")
                    peer.tunnel(to: venue)
                }))
            try await rig.start(
                NetworkSettings(
                    requestBase: "https://venue.test", certificateAuthorities: try authority.file(),
                    proxies: try proxies(["HTTPS_PROXY": "http://me:p%40ss@127.0.0.1:\(proxy)"])))
            try await rig.act(
                .open(first, url: "wss://venue.test"),
                .request(RequestID(1), call("GET", "/v2/time?a=1")))
            try await rig.line("opened 1")
            try await rig.act(.send(first, "hello"))
            try await rig.line("text 1 through")
            #expect(
                try await rig.line("response 1") == "response 1 200 GET /v2/time?a=1 HTTP/1.1")
            let asked = try await rig.on { $0.log.filter { $0.hasPrefix("asked") } }
            let wanted = "asked CONNECT venue.test:443 HTTP/1.1 Basic bWU6cEBzcw=="
            #expect(asked == [wanted, wanted])
        }
    }

    @Test(arguments: [
        ("407 Proxy Authentication Required", "wants another user and password"),
        ("403 Forbidden", "does not connect us to venue.test:443"),
    ])
    func `that refuses is told`(_ status: String, _ text: String) async throws {
        try await withRig { rig in
            let proxy = try await rig.serve(
                Peer.Script(request: { peer, _ in peer.reply(status, "no") }))
            try await rig.start(
                NetworkSettings(
                    requestBase: "https://venue.test",
                    proxies: try proxies(["HTTPS_PROXY": "me:hunter2@127.0.0.1:\(proxy)"])))
            try await rig.act(
                .open(first, url: "wss://venue.test"), .request(RequestID(1), call("GET", "/")))
            let closed = try await rig.line("closed 1 proxy: the proxy 127.0.0.1:\(proxy)")
            let failed = try await rig.line("failed 1 proxy: the proxy 127.0.0.1:\(proxy)")
            #expect(closed.contains(text))
            #expect(failed.contains(text))
            #expect(try await !rig.on { $0.log.joined().contains("hunter2") })
        }
    }

    @Test func `that is silent is told`() async throws {
        try await withRig { rig in
            let proxy = try await rig.serve(Peer.Script(request: { peer, _ in peer.ignore() }))
            var settings = NetworkSettings(
                requestBase: "https://venue.test",
                proxies: try proxies(["HTTPS_PROXY": "127.0.0.1:\(proxy)"]))
            settings.waits.connect = .milliseconds(200)
            try await rig.start(settings)
            try await rig.act(
                .open(first, url: "wss://venue.test"), .request(RequestID(1), call("GET", "/")))
            let who = "proxy: the proxy 127.0.0.1:\(proxy) did not"
            try await rig.line("closed 1 \(who)")
            try await rig.line("failed 1 \(who)")
        }
    }

    @Test func `that does not take the connection is named, and not the venue`() async throws {
        let proxy = try FullListener()
        try await withRig { rig in
            var settings = NetworkSettings(
                requestBase: "https://venue.test",
                proxies: try proxies(["HTTPS_PROXY": "127.0.0.1:\(proxy.port)"]))
            settings.waits.connect = .milliseconds(200)
            try await rig.start(settings)
            try await rig.act(.request(RequestID(1), call("GET", "/")))
            let failed = try await rig.line("failed 1")
            #expect(
                failed == "failed 1 proxy: the proxy 127.0.0.1:\(proxy.port) did not take the"
                    + " connection within 200 ms")
        }
    }

    @Test func `is not asked for an address that it could be taken for`() async throws {
        try await withRig { rig in
            try await rig.start(
                NetworkSettings(
                    requestBase: "https://192.0.2.1",
                    proxies: try proxies(["HTTPS_PROXY": "127.0.0.1:1"])))
            try await rig.act(
                .open(first, url: "wss://192.0.2.1"), .request(RequestID(1), call("GET", "/")))
            let told = "1 proxy: 192.0.2.1 is an address, which cannot be verified through a proxy"
            try await rig.line("closed \(told)")
            try await rig.line("failed \(told)")
        }
    }

    @Test func `that is not there is told`() async throws {
        try await withRig { rig in
            try await rig.start(
                NetworkSettings(
                    requestBase: "https://venue.test",
                    proxies: try proxies(["HTTPS_PROXY": "127.0.0.1:1"])))
            try await rig.act(
                .open(first, url: "wss://venue.test"), .request(RequestID(1), call("GET", "/")))
            try await rig.line("closed 1 proxy: the proxy 127.0.0.1")
            try await rig.line("failed 1 proxy: the proxy 127.0.0.1")
        }
    }
}
