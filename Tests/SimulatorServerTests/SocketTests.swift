import SimulatorServer
import Testing
import VenueSimulators

@Suite struct `WebSockets of a simulator's server` {
    private let served: Served
    init() throws { served = try Served() }

    private static let letters = [UInt8](repeating: 65, count: 1 << 20)

    /// What a client may not send, and the code that says so.
    private static let violations: [(bytes: [UInt8], code: Int)] = [
        (WireClient.frame(1, [65], isMasked: false), 1002),
        (WireClient.frame(0, [65]), 1002),
        (WireClient.frame(3, [65]), 1002),
        (WireClient.frame(1, [65], isLast: false) + WireClient.frame(1, [65]), 1002),
        (WireClient.frame(2, [65]), 1003),
        (WireClient.frame(1, [0xff]), 1007),
        (WireClient.frame(1, letters + [65]), 1009),
        (WireClient.frame(1, letters, isLast: false) + WireClient.frame(0, [65]), 1009),
    ]

    @Test func `a handshake is answered with the key's proof`() throws {
        let client = try served.client()
        try client.send(WireClient.handshake("/v2/spot"))
        let response = try client.response()
        #expect(response.status == 101)
        #expect(response.head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
    }

    @Test(arguments: [
        (WireClient.handshake("/v2/nowhere"), 404),
        (WireClient.handshake("/v2/spot", version: "8"), 426),
        (WireClient.handshake("/v2/spot", key: nil), 400),
    ])
    func `a handshake that cannot be taken is refused`(request: String, status: Int) throws {
        let client = try served.client()
        try client.send(request)
        #expect(try client.response().status == status)
    }

    @Test func `messages go both ways, as text and as binary`() throws {
        let socket = try served.socket()
        try socket.say("hello")
        #expect(try socket.frame() == .init(opcode: 1, data: Array("heard 5: hello".utf8)))
        try socket.say("binary")
        #expect(try socket.frame() == .init(opcode: 2, data: Array("binary".utf8)))
    }

    @Test func `two clients hear each their own`() throws {
        let (one, other) = (try served.socket(), try served.socket())
        try one.say("one")
        try other.say("other")
        #expect(try one.frame().text == "heard 3: one")
        #expect(try other.frame().text == "heard 5: other")
    }

    @Test func `a message in fragments comes as such`() throws {
        let socket = try served.socket()
        try socket.say("fragments")
        #expect(try socket.frame() == .init(isLast: false, opcode: 2, data: [1]))
        #expect(try socket.frame() == .init(isLast: false, opcode: 0, data: [2]))
        #expect(try socket.frame() == .init(isLast: true, opcode: 0, data: [3]))
    }

    @Test func `of a torn frame the first half comes, then the end`() throws {
        let socket = try served.socket()
        try socket.say("torn")
        // 204 bytes: two of the head, two of the length, 200 of the message.
        #expect(try socket.rest() == [0x82, 126, 0, 200] + [UInt8](repeating: 7, count: 98))
    }

    @Test func `a cut connection ends without a close frame`() throws {
        let socket = try served.socket()
        try socket.say("cut")
        #expect(try socket.rest() == [])
    }

    @Test func `a closed connection gets a close frame and waits for the answer`() throws {
        let socket = try served.socket()
        try socket.say("close")
        #expect(try socket.frame() == .init(opcode: 8, data: [3, 0xe8]))
        try socket.send(WireClient.frame(8, [3, 0xe8]))
        #expect(try socket.rest() == [])
    }

    @Test func `a close frame that stays unanswered ends in a cut`() throws {
        let socket = try served.socket()
        try socket.say("close")
        #expect(try socket.frame().opcode == 8)
        try served.pass(milliseconds: 5_000)
        #expect(try socket.rest() == [])
    }

    @Test func `a client's close frame is answered with its code`() throws {
        let socket = try served.socket()
        try socket.send(WireClient.frame(8, [3, 0xe9]))
        #expect(try socket.frame() == .init(opcode: 8, data: [3, 0xe9]))
        #expect(try socket.rest() == [])
    }

    @Test func `a ping is answered with its data`() throws {
        let socket = try served.socket()
        try socket.send(WireClient.frame(9, [1, 2, 3]))
        #expect(try socket.frame() == .init(opcode: 10, data: [1, 2, 3]))
    }

    @Test func `a fragmented message is put together, control frames between`() throws {
        let socket = try served.socket()
        try socket.send(
            WireClient.frame(1, Array("ab".utf8), isLast: false) + WireClient.frame(9, [])
                + WireClient.frame(0, Array("cd".utf8), isLast: false)
                + WireClient.frame(0, Array("e".utf8)))
        #expect(try socket.frame().opcode == 10)
        #expect(try socket.frame().text == "heard 5: abcde")
    }

    @Test func `a large message in one frame is taken`() throws {
        let socket = try served.socket()
        let text = [UInt8](repeating: UInt8(ascii: "z"), count: 1 << 20)
        socket.post(WireClient.frame(1, text))
        #expect(try socket.frame().text.hasPrefix("heard 1048576: zzz"))
    }

    @Test(arguments: Self.violations)
    func `a client that breaks the protocol is closed with the code for it`(
        bytes: [UInt8], code: Int
    ) throws {
        let socket = try served.socket()
        socket.post(bytes)
        let frame = try socket.frame()
        #expect(frame.opcode == 8)
        #expect(frame.closeCode == code)
    }

    @Test func `while reading is paused messages wait`() throws {
        let socket = try served.socket()
        // One behind the other, so that both come in one read.
        try socket.send(
            WireClient.frame(1, Array("pause".utf8)) + WireClient.frame(1, Array("late".utf8)))
        #expect(try socket.frame().text == "paused")
        try socket.say("later")
        try served.pass(milliseconds: 999)
        #expect(try served.client().get("/a").status == 200)
        #expect(try socket.frame().text == "push")
        try served.pass(milliseconds: 1)
        #expect(try socket.frame().text == "heard 4: late")
        #expect(try socket.frame().text == "heard 5: later")
    }

    @Test func `a client that does not read is cut`() throws {
        let socket = try served.socket()
        let other = try served.socket()
        try socket.stopReading()
        try socket.say("flood")
        try other.say("still here?")
        #expect(try other.frame().text == "heard 11: still here?")
        try socket.resumeReading()
        #expect(try socket.rest().count < 64 * ObedientVenue.floodBytes)
    }

    @Test func `what is due comes when the clock says so`() throws {
        let socket = try served.socket()
        try socket.say("ring later")
        try socket.say("x")
        #expect(try socket.frame().text == "heard 1: x")
        try served.pass(milliseconds: 1_000)
        #expect(try socket.frame().text == "ring")
    }

    @Test func `a server that ends says so`() throws {
        let socket = try served.socket()
        _ = try served.server.stop()
        #expect(try socket.frame().closeCode == 1001)
    }
}
