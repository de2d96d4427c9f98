internal import NIOCore
internal import Testing
internal import Transport
internal import VenueSessions

/// What goes wrong below the messages: for sockets, and for requests the same.
@Suite struct `A problem of the network` {
    /// What a socket and a request to the same place are told.
    private func told(
        _ rig: Rig, at place: String, isSecure: Bool = true, settings: NetworkSettings? = nil
    ) async throws -> (socket: String, request: String) {
        var settings = settings ?? NetworkSettings(requestBase: "")
        settings.requestBase = (isSecure ? "https://" : "http://") + place
        try await rig.start(settings)
        try await rig.act(
            .open(first, url: (isSecure ? "wss://" : "ws://") + place + "/"),
            .request(RequestID(1), call("GET", "/v2/time")))
        return (try await rig.line("closed 1"), try await rig.line("failed 1"))
    }

    private func expect(
        _ told: (socket: String, request: String), _ kind: TransportProblem.Kind, _ text: String
    ) {
        #expect(told.socket.hasPrefix("closed 1 \(kind): "), "\(told.socket)")
        #expect(told.socket.contains(text), "\(told.socket)")
        #expect(told.request.hasPrefix("failed 1 \(kind): "), "\(told.request)")
        #expect(told.request.contains(text), "\(told.request)")
    }

    @Test func `is a host without an address`() async throws {
        try await withRig { rig in
            let told = try await told(rig, at: "no-such-venue.invalid")
            expect(told, .dns, "no-such-venue.invalid has no address")
        }
    }

    @Test func `is a port where nobody listens`() async throws {
        try await withRig { rig in
            let told = try await told(rig, at: "127.0.0.1:1", isSecure: false)
            expect(told, .refused, "127.0.0.1 at port 1: connection refused")
        }
    }

    @Test func `is a certificate of an unknown authority`() async throws {
        try await withRig { rig in
            let tls = try Authority("unknown").server(for: "localhost")
            let told = try await told(rig, at: "localhost:\(try await rig.serve(tls: tls))")
            expect(told, .tls, "the certificate of localhost is signed by an unknown authority")
        }
    }

    @Test func `is a certificate for another host`() async throws {
        try await withRig { rig in
            let authority = try Authority("known")
            let port = try await rig.serve(tls: try authority.server(for: "venue.example"))
            let settings = NetworkSettings(
                requestBase: "", certificateAuthorities: try authority.file())
            let told = try await told(rig, at: "localhost:\(port)", settings: settings)
            expect(told, .tls, "the certificate is for another host name than localhost")
        }
    }

    @Test func `is a certificate that expired`() async throws {
        try await withRig { rig in
            let authority = try Authority("known")
            let port = try await rig.serve(
                tls: try authority.server(for: "localhost", days: -9 ... -3.5))
            let settings = NetworkSettings(
                requestBase: "", certificateAuthorities: try authority.file())
            let told = try await told(rig, at: "localhost:\(port)", settings: settings)
            expect(told, .tls, "the certificate of localhost expired 3 days ago")
        }
    }

    @Test func `is a certificate that is not valid yet`() async throws {
        try await withRig { rig in
            let authority = try Authority("known")
            let port = try await rig.serve(
                tls: try authority.server(for: "localhost", days: 2.5...9))
            let settings = NetworkSettings(
                requestBase: "", certificateAuthorities: try authority.file())
            let told = try await told(rig, at: "localhost:\(port)", settings: settings)
            expect(told, .tls, "the certificate of localhost is valid in 2 days only")
        }
    }

    @Test func `is a file without certificates`() async throws {
        try await withRig { rig in
            let settings = NetworkSettings(
                requestBase: "", certificateAuthorities: "/no/such/authority.pem")
            let told = try await told(rig, at: "localhost:1", settings: settings)
            expect(told, .tls, "the certificate file /no/such/authority.pem")
        }
    }

    @Test func `is a server that does not speak TLS`() async throws {
        try await withRig { rig in
            let port = try await rig.serve(Peer.Script(request: { peer, _ in peer.ignore() }))
            var settings = impatient("")
            settings.waits.connect = .milliseconds(200)
            let told = try await told(rig, at: "localhost:\(port)", settings: settings)
            expect(told, .timeout, "localhost:\(port) did not")
        }
    }

    @Test func `is a server that is silent`() async throws {
        try await withRig { rig in
            let port = try await rig.serve(Peer.Script(request: { _, _ in }))
            let told = try await told(
                rig, at: "127.0.0.1:\(port)", isSecure: false, settings: impatient(""))
            #expect(told.socket.hasPrefix("closed 1 timeout: "), "\(told.socket)")
            #expect(told.socket.hasSuffix("did not open the socket within 200 ms"))
            #expect(told.request.hasPrefix("failed 1 timeout: "), "\(told.request)")
            #expect(told.request.hasSuffix("was silent for 200 ms"))
        }
    }

    @Test func `is a connection that is cut before the answer`() async throws {
        try await withRig { rig in
            let port = try await rig.serve(Peer.Script(request: { peer, _ in peer.close() }))
            let told = try await told(rig, at: "127.0.0.1:\(port)", isSecure: false)
            expect(told, .reset, "127.0.0.1:\(port)")
        }
    }

    @Test func `is an address in clear on another machine`() async throws {
        try await withRig { rig in
            let told = try await told(rig, at: "192.0.2.1:80", isSecure: false)
            expect(told, .other, "without TLS keys would go there in clear")
        }
    }

    @Test func `is an answer other than the WebSocket's, told with its body`() async throws {
        try await withRig { rig in
            let port = try await rig.serve(
                Peer.Script(request: { peer, _ in peer.reply("403 Forbidden", "not\nfrom there") }))
            try await rig.start()
            try await rig.act(.open(first, url: "ws://127.0.0.1:\(port)"))
            let closed = try await rig.line("closed 1 other:")
            #expect(
                closed.hasSuffix(
                    "answers 403 Forbidden instead of opening the socket: not from there"))
        }
    }

    @Test func `is an agreement with a wrong key`() async throws {
        try await withRig { rig in
            let port = try await rig.serve(
                Peer.Script(request: { peer, request in
                    peer.accept(request, key: "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
                }))
            try await rig.start()
            try await rig.act(.open(first, url: "ws://127.0.0.1:\(port)"))
            #expect(try await rig.line("closed 1 other:").contains("with a wrong key"))
        }
    }

    @Test func `is none with a certificate that the file vouches for`() async throws {
        try await withRig { rig in
            let authority = try Authority("known")
            let script = Peer.Script(
                request: { peer, request in
                    if request.headers["upgrade"] == nil {
                        peer.reply("200 OK", "safe")
                    } else {
                        peer.accept(request)
                    }
                },
                frame: { peer, frame in peer.text(String(decoding: frame.payload, as: UTF8.self)) })
            let port = try await rig.serve(script, tls: try authority.server(for: "localhost"))
            try await rig.start(
                NetworkSettings(
                    requestBase: "https://localhost:\(port)",
                    certificateAuthorities: try authority.file()))
            try await rig.act(
                .open(first, url: "wss://localhost:\(port)"),
                .request(RequestID(1), call("GET", "/")))
            try await rig.line("opened 1")
            try await rig.act(.send(first, "echo"))
            try await rig.line("text 1 echo")
            #expect(try await rig.line("response 1") == "response 1 200 safe")
        }
    }
}
