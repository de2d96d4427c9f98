internal import NIOCore
internal import NIOEmbedded
internal import Testing
internal import TradingCore
internal import TradingModel
internal import Transport
internal import VenueSessions

/// The driver without any network: order, re-entrancy, time and the timer.
@Suite struct `A session's driver` {
    /// A session that answers by a table and writes down what it hears, with the time.
    private final class Story {
        var heard: [String] = []
        var taken: [String] = []
        var now: Int64 = 1_000
        var answers: (SessionInput) -> [SessionAction] = { _ in [] }
        var taking: (String) -> Void = { _ in }
        let loop = EmbeddedEventLoop()

        func driver() -> SessionDriver {
            SessionDriver(
                Told(story: self), network: NetworkSettings(requestBase: "http://192.0.2.1"),
                on: loop, now: { Timestamp(nanoseconds: self.now) },
                take: { action, time in
                    guard case .log(_, let text) = action else { return }
                    self.taken.append("\(text) at \(time.nanoseconds)")
                    self.taking(text)
                })
        }
    }

    private struct Told: VenueSession {
        let story: Story
        mutating func handle(
            _ input: SessionInput, at now: Timestamp, into actions: inout [SessionAction]
        ) {
            let name =
                switch input {
                case .timer: "timer"
                case .closed(let socket, let problem): "closed \(socket.number) \(problem.kind)"
                case .failed(let id, let problem): "failed \(id.number) \(problem.kind)"
                case .subscribe(let feeds): "subscribe \(feeds.count)"
                default: "other"
                }
            story.heard.append("\(name) at \(now.nanoseconds)")
            actions += story.answers(input)
        }
        mutating func handle(
            frame: Span<UInt8>, isText: Bool, on socket: SocketID, at now: Timestamp,
            into actions: inout [SessionAction]
        ) {}
    }

    private func log(_ text: String) -> SessionAction { .log(.info, text) }

    @Test func `begins with a timer and hands on what the session says, in order`() {
        let story = Story()
        story.answers = { _ in [log("a"), log("b"), log("c")] }
        story.driver().begin()
        #expect(story.heard == ["timer at 1000"])
        #expect(story.taken == ["a at 1000", "b at 1000", "c at 1000"])
    }

    @Test func `handles an input from within an action after the actions at hand`() {
        let story = Story()
        let driver = story.driver()
        var depth = 0
        story.answers = { input in
            if case .timer = input { [log("a"), log("b")] } else { [log("answer")] }
        }
        story.taking = { text in
            depth += 1
            #expect(depth == 1, "no recursion")
            if text != "answer" {
                story.now += 1
                driver.handle(.subscribe([:]))
            }
            depth -= 1
        }
        driver.begin()
        #expect(story.heard == ["timer at 1000", "subscribe 0 at 1001", "subscribe 0 at 1002"])
        #expect(story.taken == ["a at 1000", "b at 1000", "answer at 1001", "answer at 1002"])
    }

    @Test func `never lets time run backwards`() {
        let story = Story()
        let driver = story.driver()
        driver.begin()
        story.now = 400
        driver.handle(.subscribe([:]))
        story.now = 1_001
        driver.handle(.subscribe([:]))
        #expect(
            story.heard == ["timer at 1000", "subscribe 0 at 1000", "subscribe 0 at 1001"])
    }

    @Test func `wakes the session at the time that it asked for last`() {
        let story = Story()
        let driver = story.driver()
        story.answers = { input in
            if case .subscribe = input { [] } else { [.wake(at: Timestamp(nanoseconds: 6_000))] }
        }
        driver.begin()
        story.answers = { _ in [.wake(at: Timestamp(nanoseconds: 9_000))] }
        driver.handle(.subscribe([:]))
        story.answers = { _ in [] }
        story.now = 6_000
        story.loop.advanceTime(by: .nanoseconds(5_000))
        #expect(story.heard.count == 2, "not at the time that was replaced")
        story.now = 9_000
        story.loop.advanceTime(by: .nanoseconds(3_000))
        #expect(story.heard.last == "timer at 9000")
        story.loop.advanceTime(by: .hours(3))
        #expect(story.heard.count == 3, "once")
    }

    @Test func `wakes the session earlier when it asks for that`() {
        let story = Story()
        let driver = story.driver()
        story.answers = { _ in
            [.wake(at: Timestamp(nanoseconds: 9_000)), .wake(at: Timestamp(nanoseconds: 3_000))]
        }
        driver.begin()
        story.answers = { _ in [] }
        story.now = 3_000
        story.loop.advanceTime(by: .nanoseconds(2_000))
        #expect(story.heard == ["timer at 1000", "timer at 3000"])
    }

    @Test func `does not wake the session early when the clock was set back`() {
        let story = Story()
        let driver = story.driver()
        story.answers = { _ in [.wake(at: Timestamp(nanoseconds: 5_000))] }
        driver.begin()
        story.answers = { _ in [] }
        story.now = 2_000
        story.loop.advanceTime(by: .nanoseconds(4_000))
        #expect(story.heard.count == 1)
        story.now = 5_000
        story.loop.advanceTime(by: .nanoseconds(3_000))
        #expect(story.heard == ["timer at 1000", "timer at 5000"])
    }

    @Test func `tells sockets and requests that cannot be, after the actions at hand`() {
        let story = Story()
        let driver = story.driver()
        story.answers = { input in
            guard case .timer = input else { return [] }
            return [
                .open(first, url: "ws://192.0.2.1"),
                .request(
                    RequestID(7), HTTPCall(method: "GET", path: "/", group: EndpointGroup("g"))),
                log("a"),
            ]
        }
        driver.begin()
        #expect(story.taken == ["a at 1000"])
        #expect(
            story.heard == ["timer at 1000", "closed 1 other at 1000", "failed 7 other at 1000"])
    }

    @Test func `tells nothing of a socket that the session closes in the same breath`() {
        let story = Story()
        let driver = story.driver()
        story.answers = { input in
            guard case .timer = input else { return [] }
            return [.open(first, url: "ws://192.0.2.1"), .close(first)]
        }
        driver.begin()
        #expect(story.heard == ["timer at 1000"])
    }

    @Test func `is silent after it was closed, also from within an action`() throws {
        let story = Story()
        let driver = story.driver()
        story.answers = { _ in
            [.wake(at: Timestamp(nanoseconds: 2_000)), log("a"), log("b")]
        }
        var end: EventLoopFuture<Void>?
        story.taking = { _ in end = driver.close() }
        driver.begin()
        driver.handle(.subscribe([:]))
        story.loop.advanceTime(by: .hours(1))
        #expect(story.heard == ["timer at 1000"])
        #expect(story.taken == ["a at 1000"])
        try end?.wait()
    }
}
