import NIOCore
import SimulatorServer
import Testing
import VenueSimulators

@Suite struct `Requests to a simulator's server` {
    private let served: Served
    init() throws { served = try Served() }

    @Test func `a reply comes with its status, headers and length`() throws {
        let client = try served.client()
        try client.send("POST /teapot?a=%2C HTTP/1.1\r\nX-Sent: yes\r\nContent-Length: 2\r\n\r\n{}")
        let response = try client.response()
        #expect(response.status == 418)
        #expect(response.body == "POST /teapot?a=%2C {}")
        #expect(response.head.contains("X-Seen: yes"))
    }

    @Test func `a chunked body reaches the venue whole`() throws {
        let client = try served.client()
        try client.send(
            "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"
        )
        #expect(try client.response().body == "POST /a abcde")
    }

    @Test func `pipelined requests are answered in their order`() throws {
        let client = try served.client()
        try client.send(
            "GET /held HTTP/1.1\r\n\r\nGET /second HTTP/1.1\r\n\r\n")
        let other = try served.client()
        #expect(try other.get("/other").status == 200)
        try served.pass(milliseconds: 1_000)
        #expect(try client.response().body == "GET /held ")
        #expect(try client.response().body == "GET /second ")
    }

    @Test func `a client that wants the connection closed gets it closed`() throws {
        let client = try served.client()
        try client.send("GET /a HTTP/1.1\r\nConnection: close\r\n\r\n")
        #expect(String(decoding: try client.rest(), as: UTF8.self).hasSuffix("GET /a "))
    }

    @Test(arguments: [
        "POST /a HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n",
        "POST /a HTTP/1.1\r\nContent-Length: 1048577\r\nExpect: 100-continue\r\n\r\n",
        "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n"
            + String(repeating: "x", count: 0x10_0001) + "\r\n",
    ])
    func `a body beyond the limit is refused`(request: String) throws {
        let client = try served.client()
        client.post(Array(request.utf8))
        let response = try client.response()
        #expect(response.status == 413)
        #expect(response.body.contains("1048576 bytes"))
    }

    @Test func `the largest body is taken`() throws {
        let client = try served.client()
        let body = String(repeating: "y", count: 1 << 20)
        client.post(Array("POST /a HTTP/1.1\r\nContent-Length: \(1 << 20)\r\n\r\n\(body)".utf8))
        #expect(try client.response().body == "POST /a " + body)
    }

    @Test func `a client that asks before it sends its body is told to go on`() throws {
        let client = try served.client()
        try client.send("POST /a HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        #expect(try client.response().status == 100)
        try client.send("ok")
        #expect(try client.response().body == "POST /a ok")
    }

    @Test func `a HEAD request gets the head of the reply alone`() throws {
        let client = try served.client()
        try client.send("HEAD /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n")
        let head = try client.response(hasBody: false)
        #expect(head.head.lowercased().contains("content-length: 7"))
        #expect(try client.response().body == "GET /b ")
    }

    @Test func `what is not HTTP is refused`() throws {
        let client = try served.client()
        try client.send("hello there\r\n\r\n")
        #expect(String(decoding: try client.rest(), as: UTF8.self).hasPrefix("HTTP/1.1 400"))
    }

    @Test func `half a request hinders nobody, and ends when nothing follows`() throws {
        var limits = ServerLimits()
        limits.idle = .milliseconds(100)
        let served = try Served(limits: limits)
        let half = try served.client()
        try half.send("POST /a HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc")
        #expect(try served.client().get("/b").status == 200)
        #expect(try half.rest() == [])
    }

    @Test func `connections beyond the limit are closed at once`() throws {
        var limits = ServerLimits()
        limits.connections = 1
        let served = try Served(limits: limits)
        let first = try served.client()
        #expect(try first.get("/a").status == 200)
        #expect(try served.client().rest() == [])
        #expect(try first.get("/a").status == 200)
    }

    // MARK: - How a reply leaves

    @Test func `a prompt reply comes, and then the pushes`() throws {
        let socket = try served.socket()
        #expect(try served.client().get("/prompt").body == "GET /prompt ")
        #expect(try socket.frame().text == "push")
    }

    @Test func `a held reply comes when its time is over, behind the pushes`() throws {
        let socket = try served.socket()
        let client = try served.client()
        try client.send("GET /held HTTP/1.1\r\n\r\n")
        #expect(try socket.frame().text == "push")
        try served.pass(milliseconds: 999)
        #expect(try client.wait { bytes, _ in (bytes.count, 0) } == 0)
        try served.pass(milliseconds: 1)
        #expect(try client.response().body == "GET /held ")
    }

    @Test func `of a lost reply not one byte comes`() throws {
        let client = try served.client()
        try client.send("GET /lost HTTP/1.1\r\n\r\n")
        #expect(try client.rest() == [])
    }

    @Test func `a silent reply never comes and the connection stays`() throws {
        let socket = try served.socket()
        let client = try served.client()
        try client.send("GET /silent HTTP/1.1\r\n\r\n")
        #expect(try socket.frame().text == "push")
        try served.pass(milliseconds: 3_600_000)
        #expect(try client.wait { bytes, isClosed in (!isClosed && bytes.isEmpty, 0) })
    }

    // MARK: - The server

    @Test func `a port that is taken is told`() throws {
        let (port, clock) = (served.port, served.clock)
        let error = #expect(throws: ListeningFailure.self) {
            _ = try SimulatorServer(
                at: ListeningAddress(port: port), clock: { clock.time },
                venue: { ObedientVenue($0) })
        }
        #expect(error?.isInUse == true)
        #expect(error?.description.contains("--port 0") == true)
    }

    @Test func `what was served is counted`() throws {
        let client = try served.client()
        _ = try client.get("/a")
        _ = try client.get("/b")
        _ = try served.socket()
        let counts = try served.server.served
        #expect((counts.requests, counts.sockets) == (2, 1))
        #expect((counts.orders, counts.fills) == (3, 2))
    }
}
