import PropertyTesting
import Testing
import TradingModel
import VenueSessions

private let second: Int64 = 1_000_000_000
private func at(_ seconds: Double) -> Timestamp {
    Timestamp(nanoseconds: Int64(seconds * 1e9))
}

@Suite struct `Rate limiter` {
    private let place = EndpointGroup("place")
    private let cancel = EndpointGroup("cancel")

    @Test func `lets a second's worth through at once, and no more until that has left the window`()
    {
        var limiter = RateLimiter(rates: [place: 4])
        for _ in 0..<3 { #expect(limiter.consume(place, at: at(100)) == nil) }
        #expect(limiter.consume(place, at: at(100.5)) == nil)
        #expect(limiter.consume(place, at: at(100.5)) == at(101.1))
        for _ in 0..<3 { #expect(limiter.consume(place, at: at(101.1)) == nil) }
        #expect(limiter.consume(place, at: at(101.1)) == at(101.6))
    }

    @Test func `counts each group by itself and leaves unknown groups alone`() {
        var limiter = RateLimiter(rates: [place: 1, cancel: 1])
        #expect(limiter.consume(place, at: at(1)) == nil)
        #expect(limiter.consume(place, at: at(1)) != nil)
        #expect(limiter.consume(cancel, at: at(1)) == nil)
        for _ in 0..<100 { #expect(limiter.consume(EndpointGroup("free"), at: at(1)) == nil) }
    }

    // 7.29: ten orders in one call cost ten units.
    @Test func `a call of many items costs as many units`() {
        var limiter = RateLimiter(rates: [place: 20])
        #expect(limiter.consume(place, units: 10, at: at(1)) == nil)
        #expect(limiter.consume(place, units: 10, at: at(1)) == nil)
        #expect(limiter.consume(place, units: 10, at: at(1)) == at(2.1))
    }

    // Promise P14.
    @Test func `believes the venue when it counts fewer units left`() {
        var limiter = RateLimiter(rates: [place: 10])
        #expect(limiter.consume(place, at: at(1)) == nil)
        limiter.observe(remaining: 0, of: place, at: at(1))
        #expect(limiter.consume(place, at: at(1)) == at(2.1))
        limiter.observe(remaining: 1, of: place, at: at(2.1))
        #expect(limiter.consume(place, at: at(2.2)) == nil)
        limiter.observe(remaining: 9, of: place, at: at(2.2))
        #expect(limiter.consume(place, at: at(2.2)) == at(3.2))
    }

    // Promise P14.
    @Test func `a group that asked too often waits as long as it was told`() {
        var limiter = RateLimiter(rates: [place: 10])
        limiter.pause(place, until: at(5))
        #expect(limiter.consume(place, at: at(1)) == at(5))
        #expect(limiter.consume(place, at: at(5)) == nil)
    }

    // Promise P14.
    @Test(arguments: seeds)
    func `never lets more through in any second than the rate, however the way differs`(
        seed: UInt64
    ) {
        var random = Seeded(seed)
        let rate = random.int(1...60)
        var limiter = RateLimiter(rates: [place: rate])
        var now: Int64 = 0
        var arrivals: [(at: Int64, units: Int)] = []
        for _ in 0..<2_000 {
            now += random.chance(5) ? Int64(random.int(0...900)) * 1_000_000 : 3_000_000
            let units = random.int(1...min(3, rate))
            guard limiter.consume(place, units: units, at: Timestamp(nanoseconds: now)) == nil
            else {
                continue
            }
            // A way is up to a tenth of a second longer than another.
            arrivals.append((now + Int64(random.int(0...99_000_000)), units))
        }
        arrivals.sort { $0.at < $1.at }
        var first = 0
        var within = 0
        var most = 0
        for arrival in arrivals {
            within += arrival.units
            while arrivals[first].at <= arrival.at - second {
                within -= arrivals[first].units
                first += 1
            }
            most = max(most, within)
        }
        #expect(most <= rate)
        let possible = Double(rate) * (1 + Double(now) / 1.1e9)
        let taken = arrivals.reduce(0) { $0 + $1.units }
        #expect(Double(taken) > possible / 2, "it holds back no more than it must")
    }
}

@Suite struct `Backoff waits` {
    @Test(arguments: seeds)
    func `double up to the limit, each between its half and its whole`(seed: UInt64) {
        var backoff = Backoff(first: second, longest: 30 * second, seed: seed)
        for full in [1, 2, 4, 8, 16, 30, 30, 30] as [Int64] {
            let wait = backoff.next()
            #expect(wait >= full * second / 2 && wait <= full * second)
        }
        backoff.reset()
        #expect(backoff.next() <= second)
    }

    @Test func `are the same for the same seed and differ between seeds`() {
        var one = Backoff(first: second, longest: 30 * second, seed: 1)
        var same = one
        var other = Backoff(first: second, longest: 30 * second, seed: 2)
        let waits = (0..<5).map { _ in one.next() }
        #expect(waits == (0..<5).map { _ in same.next() })
        #expect(waits != (0..<5).map { _ in other.next() })
    }
}

@Suite struct `Clock offset` {
    @Test func `is the venue's time against the middle of the request`() {
        var clock = ClockOffset()
        #expect(clock.nanoseconds == nil)
        #expect(clock.venueTime(at: at(7)) == at(7))
        clock.add(venueTime: at(103), sent: at(100), received: at(102))
        #expect(clock.nanoseconds == 2 * second)
        #expect(clock.uncertainty == second)
        #expect(clock.venueTime(at: at(200)) == at(202))
    }

    @Test func `takes the quickest of the last samples`() {
        var clock = ClockOffset()
        clock.add(venueTime: at(100.5), sent: at(100), received: at(100.01))
        for n in 0..<7 { clock.add(venueTime: at(Double(n)), sent: at(200), received: at(203)) }
        #expect(clock.nanoseconds == 495_000_000)
        clock.add(venueTime: at(301), sent: at(300), received: at(302))  // the first is forgotten
        #expect(clock.uncertainty == second)
        clock.reset()
        #expect(clock.nanoseconds == nil)
    }
}

@Suite struct `Client order ids` {
    private let rules = ClientOrderIDRules(maxLength: 31, punctuation: "-_")

    /// The microsecond of a day of 2023.
    private let session: UInt64 = 1_700_000_000_000_000

    @Test func `say the session of their run`() throws {
        let maker = try #require(ClientOrderIDMaker(session: session, rules: rules))
        #expect(maker.prefix == "mr" + String(session, radix: 36))
        #expect(ClientOrderIDMaker.session(of: maker.prefix + "-1") == session)
        #expect(ClientOrderIDMaker.session(of: maker.prefix + "-999999999999") == session)
    }

    @Test(arguments: [
        "", "mr", "mr-1", "mr-may-this-key-trade", "mrgqll7vatq8", "mrgqll7vatq8-",
        "mrgqll7vatq8-1-2",
        "mrgqll7vatq8-x", "mrGQLWZNZSW0-1", "mrgqlwznzs\u{e9}-1", "xrgqlwznzsw0-1", "mrab12-17",
        "mrgqll7vatq8gqlwzn-1",
    ])
    func `of others are not taken for a run's`(text: String) {
        #expect(ClientOrderIDMaker.session(of: text) == nil)
    }

    @Test func `fit the venue's rules for any session, or there is no maker`() throws {
        let maker = try #require(ClientOrderIDMaker(session: .max, rules: rules))
        #expect(rules.allows(ClientOrderID(maker.prefix + "-999999999999")))
        let narrow = ClientOrderIDRules(maxLength: 16, punctuation: "-")
        #expect(ClientOrderIDMaker(session: .max, rules: narrow) == nil)
        let bare = ClientOrderIDRules(maxLength: 31, punctuation: "")
        #expect(ClientOrderIDMaker(session: 1, rules: bare) == nil)
    }

    @Test(arguments: ["", "mr 1", "mr-ü", "mr.1", String(repeating: "a", count: 32)])
    func `that a venue does not allow are told apart`(text: String) {
        #expect(!rules.allows(ClientOrderID(text)))
        #expect(rules.allows(ClientOrderID(String(repeating: "a", count: 31))))
    }
}

@Suite struct `A transport problem` {
    @Test func `says whether the request can have reached the venue`() {
        let safe = TransportProblem.Kind.allCases.filter {
            TransportProblem($0, "").happenedBeforeSending
        }
        #expect(safe == [.dns, .refused, .tls, .proxy, .unsent])
    }

    @Test func `a header is found in any case of letters`() {
        let limit = HTTPHeader("X-RateLimit-Limit", "30")
        let reply = HTTPReply(status: 200, headers: [limit], body: [])
        #expect(reply.header("x-ratelimit-limit") == "30")
        #expect(reply.header("x-ratelimit-remaining") == nil)
    }
}
