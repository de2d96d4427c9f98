import PaperTrading
import PlainJSON
import Testing
import TradingModel
import VenueSimulators

@Suite struct `Faults` {
    private static let order = Orders.spot("buy", "0.001", at: "80000")

    private func plan(_ fault: FaultPlan.Fault, _ share: Double = 1) -> FaultPlan {
        var plan = FaultPlan()
        plan.shares[fault] = share
        return plan
    }

    private func orderCount(_ desk: Desk) throws -> Int? {
        let reply = desk.venue.handle(
            HTTPRequest(method: "GET", path: "/_simulator/state"), at: desk.now)
        let state = try JSON(parsing: reply.body)
        return state["accounts"]?.items?.first?["open_orders"]?.items?.count
    }

    private func place(_ desk: Desk) -> ServedReply {
        desk.call("POST", "/v2/spot/order", String(decoding: Self.order.bytes, as: UTF8.self))
    }

    @Test(arguments: [
        (FaultPlan.Fault.badGateway, 502), (.tooManyRequests, 429), (.tooFrequent, 200),
    ])
    func `some requests never reach the venue`(
        _ fault: FaultPlan.Fault, _ status: Int
    ) throws {
        let desk = Desk(plan: plan(fault))
        let reply = place(desk)
        #expect(reply.status == status)
        if status == 200 { #expect(try JSON(parsing: reply.body)["code"]?.integer == 4213) }
        #expect(try orderCount(desk) == 0)
    }

    @Test(arguments: [
        (FaultPlan.Fault.badGatewayAfter, 502, ServedReply.Delivery.prompt),
        (.timeoutAfter, 200, .prompt), (.replyLost, 200, .lost), (.replySilent, 200, .silent),
        (.replyLate, 200, .held(nanoseconds: 500_000_000)),
    ])
    func `others are carried out, and their answer tells nothing of it`(
        _ fault: FaultPlan.Fault, _ status: Int, _ delivery: ServedReply.Delivery
    ) throws {
        let desk = Desk(plan: plan(fault))
        let reply = place(desk)
        #expect(reply.status == status)
        #expect(reply.delivery == delivery)
        if fault == .timeoutAfter {
            #expect(try JSON(parsing: reply.body)["code"]?.integer == 4002)
        }
        #expect(try orderCount(desk) == 1)
    }

    /// The outputs of the raw shell side, for a socket that hears trades.
    private func outputs(_ plan: FaultPlan, seconds: Int = 10) -> [SimulatorOutput] {
        let instruments = SimulatedMarket.instruments
        let core = CoinExSimulator(
            instruments: instruments,
            feed: SimulatedFeed(
                SimulatedMarket(instruments: instruments, seed: 1), start: Desk.start),
            start: Desk.start)
        let venue = FaultySimulator(core, plan: plan, seed: 7, start: Desk.start)
        let id = ConnectionID(1)
        #expect(venue.connect(id, path: "/v2/spot"))
        venue.receive(
            id, #"{"id":1,"method":"deals.subscribe","params":{"market_list":["BTCUSDT"]}}"#,
            at: Desk.start)
        var outputs = venue.drainOutputs()
        for step in 1...(seconds * 10) {
            venue.advance(
                to: Desk.start.advanced(byNanoseconds: Int64(step) * 100_000_000))
            outputs += venue.drainOutputs()
        }
        return outputs
    }

    /// The first deal of each push, in the order of their coming.
    private func deals(_ outputs: [SimulatorOutput]) -> [Int64] {
        outputs.compactMap { output in
            let bytes: [UInt8]
            switch output {
            case .send(_, let whole, _): bytes = whole
            case .sendFragments(_, let parts, _): bytes = parts.flatMap { $0 }
            default: return nil
            }
            guard let plain = inflated(bytes), let push = try? JSON(parsing: plain) else {
                return nil
            }
            return push.at("data", "deal_list")?.items?.first?["deal_id"]?.integer
        }
    }

    @Test func `without faults messages pass as they are`() {
        let plain = outputs(FaultPlan())
        #expect(deals(plain).count > 20)
        #expect(deals(plain) == deals(plain).sorted())
    }

    @Test func `drop leaves messages out, duplicate repeats them, fragment splits them`() {
        let plain = deals(outputs(FaultPlan()))
        let dropped = deals(outputs(plan(.drop, 0.5)))
        #expect(dropped.count < plain.count && Set(dropped).isSubset(of: plain))
        let doubled = deals(outputs(plan(.duplicate)))
        #expect(doubled == plain.flatMap { [$0, $0] })
        let split = outputs(plan(.fragment))
        #expect(deals(split) == plain)
        #expect(
            split.allSatisfy {
                if case .sendFragments(_, let parts, _) = $0 { parts.count == 2 } else { false }
            })
    }

    @Test func `delay keeps the order and loses nothing, reorder changes the order`() {
        let plain = deals(outputs(FaultPlan()))
        let late = deals(outputs(plan(.delay, 0.5), seconds: 11))
        #expect(Array(late.prefix(plain.count)) == plain)
        let mixed = deals(outputs(plan(.reorder, 0.5), seconds: 11))
        #expect(mixed != mixed.sorted())
        #expect(Set(mixed).isSuperset(of: plain))
    }

    @Test func `cut and torn frames end the connection, half-open only its messages`() {
        let cut = outputs(plan(.cut, 0.2))
        #expect(cut.last == .cut(ConnectionID(1)))
        let torn = outputs(plan(.tornFrame, 0.2))
        guard case .sendTorn? = torn.last else {
            Issue.record("no frame was torn")
            return
        }
        let silent = outputs(plan(.halfOpen, 0.2))
        #expect(silent.count < outputs(FaultPlan()).count)
        #expect(silent.allSatisfy { if case .send = $0 { true } else { false } })
    }

    @Test func `slow reads tell the shell to pause`() {
        #expect(
            outputs(plan(.slowReads)).first
                == .pauseReading(ConnectionID(1), nanoseconds: 2_000_000_000))
    }

    @Test func `the same seed strikes the same messages`() {
        var plan = plan(.drop, 0.2)
        plan.shares[.reorder] = 0.2
        plan.shares[.delay] = 0.2
        #expect(outputs(plan) == outputs(plan))
    }

    @Test func `--fault reads names with shares, and quirks`() throws {
        var quirks = CoinExQuirks()
        let plan = try FaultPlan(
            "drop=0.25,reply-lost,wrong-checksum=0.5,modify-new-id", quirks: &quirks)
        #expect(plan.shares == [.drop: 0.25, .replyLost: 0.05])
        #expect(quirks.wrongChecksum == 0.5)
        #expect(quirks.newIDOnModify)
        for name in FaultPlan.names(with: CoinExQuirks.self) {
            var one = CoinExQuirks()
            let plan = try FaultPlan(name, quirks: &one)
            #expect((one != CoinExQuirks()) != !plan.shares.isEmpty)
        }
        #expect(try FaultPlan("", quirks: &quirks) == FaultPlan())
    }

    @Test func `--account reads key, secret and money, and never shows the secret`() throws {
        let account = try CoinExSimulatorSettings.Account("k:s:USDT=100.5,futures/BTC=2")
        #expect(account.key == "k" && account.secret == "s")
        #expect(account.spot == [Currency("USDT"): try Money("100.5")])
        #expect(account.futures == [Currency("BTC"): try Money("2")])
        for text in ["k", "k:hush", ":hush:", "k:hush:USDT", "k:hush:USDT=-1", "k:hush:x/USDT=1"] {
            #expect {
                try CoinExSimulatorSettings.Account(text)
            } throws: { error in
                "\(error)".contains("KEY:SECRET") && !"\(error)".contains("hush")
            }
        }
    }

    @Test(arguments: ["dorp", "drop=2", "drop=x", "modify-new-id=0.5", "drop=-1"])
    func `--fault refuses what is not a fault, and tells the names there are`(_ text: String) {
        #expect {
            var quirks = CoinExQuirks()
            _ = try FaultPlan(text, quirks: &quirks)
        } throws: { error in
            "\(error)".contains("`\(text)`") && "\(error)".contains("reply-lost")
        }
    }
}

@Suite struct `Documentation of faults` {
    @Test func `every name that --fault takes stands in docs/venue-simulators.md`() throws {
        let parts = #filePath.split(separator: "/").dropLast(3)
        let path = "/" + parts.joined(separator: "/") + "/docs/venue-simulators.md"
        let text = try #require(Fixtures.text(at: path))
        let missing = FaultPlan.names(with: CoinExQuirks.self).filter { !text.contains("`\($0)`") }
        #expect(missing.isEmpty)
    }
}
