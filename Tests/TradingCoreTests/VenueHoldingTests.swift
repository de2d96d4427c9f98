import PropertyTesting
import Testing
import TradingCore
import TradingModel

private let symbol = InstrumentID(0)

@Suite struct `What the venue says is held` {
    private static let limits: RiskLimits = {
        var limits = RiskLimits()
        limits.maxPosition = Quantity(attos: 2 * attosPerUnit)
        return limits
    }()

    /// A desk with a limit of 2, whose clock is the venue's too.
    private func desk() throws -> Desk { Desk([try .linear()], limits: Self.limits) }

    private func say(
        _ desk: inout Desk, _ net: String, secondsAgo: Int64 = 0
    ) throws {
        var commands: [Command] = []
        desk.engine.process(
            .holding(
                VenueHolding(
                    instrument: symbol, net: try SignedQuantity(net),
                    venueTime: desk.now.advanced(byNanoseconds: -secondsAgo * 1_000_000_000),
                    receiveTime: desk.now)), into: &commands)
        #expect(commands.isEmpty)
    }

    private func order(_ side: Side, _ quantity: String, reduceOnly: Bool = false) throws
        -> OrderRequest
    {
        OrderRequest(
            instrument: symbol, side: side, quantity: try Quantity(quantity),
            isReduceOnly: reduceOnly)
    }

    /// The most lots of 0.1 that may be sent on a side.
    private func room(_ desk: Desk, _ side: Side) throws -> String {
        for lots in stride(from: 60, through: 1, by: -1) {
            var gate = RiskGate(limits: Self.limits)
            let request = OrderRequest(
                instrument: symbol, side: side,
                quantity: Quantity(attos: Int128(lots) * 100_000_000_000_000_000))
            if (try? gate.approve(request, id: ClientOrderID("x-1"), given: desk.state)) != nil {
                return request.quantity.description
            }
        }
        return "0"
    }

    @Test func `counts for the limit at once, and for both sides`() throws {
        var desk = try desk()
        try say(&desk, "1.9")
        #expect(try room(desk, .buy) == "0.1")
        #expect(try room(desk, .sell) == "2")  // our own is flat: that is the worse of the two
        #expect(desk.state.positions[0].net == .zero)
        try say(&desk, "-1.5")
        #expect(try room(desk, .buy) == "2")
        #expect(try room(desk, .sell) == "0.5")
    }

    @Test func `is named where it refuses`() throws {
        var desk = try desk()
        try say(&desk, "1.9")
        let commands = desk.ask(.place(try order(.buy, "0.2")))
        guard case .refused(let refusal, _)? = commands.first else {
            Issue.record("expected a refusal, found \(commands)")
            return
        }
        #expect(refusal.rule == .maxPosition)
        #expect(refusal.detail.contains("to 2.1"))
        #expect(refusal.detail.contains("the venue says that 1.9 is held"))
        #expect(refusal.detail.contains("the limit is 2"))
    }

    @Test func `counts with all that is open of ours`() throws {
        var desk = try desk()
        try say(&desk, "1")
        desk.accept(try desk.place(try order(.buy, "0.6")))
        #expect(try room(desk, .buy) == "0.4")
    }

    @Test func `never stands in the way of a reduce-only order`() throws {
        var desk = try desk()
        try desk.hold("1")
        try say(&desk, "-5")
        #expect(try desk.ask(.place(order(.sell, "1", reduceOnly: true))).count == 1)
    }

    @Test func `is no bound when it is what our fills say`() throws {
        var desk = try desk()
        try desk.hold("1.5")
        try say(&desk, "1.5")
        #expect(try room(desk, .buy) == "0.5")
        #expect(try room(desk, .sell) == "3.5")
    }

    @Test func `goes on with our fills that it cannot know of yet`() throws {
        var desk = try desk()
        try say(&desk, "1.5")
        desk.pass(nanoseconds: 1_000_000)
        let own = try desk.place(try order(.buy, "0.3"))
        desk.fill(own, try Quantity("0.3"), at: try Price("100"))
        #expect(try room(desk, .buy) == "0.2")
        // The word of before, told again: still without the fill.
        try say(&desk, "1.5", secondsAgo: 1)
        #expect(try room(desk, .buy) == "0.2")
        try say(&desk, "1.8")
        #expect(try room(desk, .buy) == "0.2")
    }

    @Test func `counts a fill that it may have had for a moment only`() throws {
        var desk = try desk()
        let own = try desk.place(try order(.buy, "0.3"))
        try say(&desk, "1.5")  // with or without it
        #expect(try room(desk, .buy) == "0.2")
        desk.fill(own, try Quantity("0.3"), at: try Price("100"))
        #expect(try room(desk, .buy) == "0.2")
        desk.pass(nanoseconds: 3_000_000_000)
        #expect(try room(desk, .buy) == "0.5")
    }

    @Test func `is in no doubt where it comes before the fill that it counts`() throws {
        var desk = try desk()
        let own = try desk.place(try order(.buy, "1"))
        try say(&desk, "1")
        #expect(try room(desk, .buy) == "0")  // the order still counts beside it
        desk.fill(own, try Quantity("1"), at: try Price("100"))
        #expect(try room(desk, .buy) == "1")
        #expect(try room(desk, .sell) == "3")
    }

    @Test func `is not held against fills of long ago, whatever their stamps`() throws {
        var desk = try desk()
        try say(&desk, "1")
        desk.pass(nanoseconds: 1_000_000_000)
        let own = try desk.place(try order(.buy, "0.5"))
        desk.fill(own, try Quantity("0.5"), at: try Price("100"))
        desk.pass(nanoseconds: 30_000_000_000)
        // The venue's clock for positions stands still: its list has the fill all the same.
        try say(&desk, "1.5", secondsAgo: 31)
        #expect(try room(desk, .buy) == "0.5")
    }

    @Test func `ends with a correction of our own books`() throws {
        var desk = try desk()
        try say(&desk, "1.5")
        var commands: [Command] = []
        desk.engine.process(
            .position(
                PositionCorrection(
                    instrument: symbol, net: try SignedQuantity("1.5"), averagePrice: nil,
                    reason: "by hand", receiveTime: desk.now)), into: &commands)
        #expect(try room(desk, .buy) == "0.5")
        #expect(try room(desk, .sell) == "3.5")
    }

    /// The most that a push is late here, in nanoseconds.
    private static let latest: Int64 = 10_000_000_000

    /// A stranger and we trade one account; pushes of positions and fills come late, each in its own
    /// order, and some words are lost.
    @Test(arguments: seeds)
    func `keeps what is really held within the limit, whoever traded`(seed: UInt64) throws {
        var random = Seeded(seed)
        var desk = try desk()
        let limit = try Quantity("2").attos
        var really: Int128 = 0
        var stamp = desk.now
        var words: [(Int128, Timestamp)] = []
        var fills: [(ClientOrderID, Int128, Timestamp)] = []
        var approved = 0
        for _ in 0..<600 {
            desk.pass(nanoseconds: Int64(random.int(1...400)) * 1_000_000)
            // Later than this a word counts as one that has all that was heard long ago.
            while let word = words.first, desk.now > word.1.advanced(byNanoseconds: Self.latest) {
                words.removeFirst()
                if random.chance(80) { try say(word.0, word.1, &desk) }
            }
            switch random.int(1...10) {
            case 1...4:
                let side: Side = random.bool() ? .buy : .sell
                let quantity = Quantity(attos: Int128(random.int(1...12)) * attosPerUnit / 10)
                guard
                    let order = try? desk.place(
                        OrderRequest(instrument: symbol, side: side, quantity: quantity))
                else { continue }
                approved += 1
                // The venue fills it at once; we hear of it later.
                stamp = max(stamp.advanced(byNanoseconds: 1), desk.now)
                really += quantity.signed(side).attos
                fills.append((order, quantity.attos, stamp))
                words.append((really, stamp))
                #expect(abs(really) <= limit, "seed \(seed)")
            case 5:
                // A stranger trades within the limit, and the venue says so at once.
                let next = really + Int128(random.int(-5...5)) * attosPerUnit / 10
                guard abs(next) <= limit, words.isEmpty, fills.isEmpty else { continue }
                really = next
                stamp = max(stamp.advanced(byNanoseconds: 1), desk.now)
                try say(really, stamp, &desk)
            case 6...7:
                guard let word = words.first else { continue }
                words.removeFirst()
                if random.chance(80) { try say(word.0, word.1, &desk) }
            default:
                guard let (order, quantity, time) = fills.first else { continue }
                fills.removeFirst()
                var commands: [Command] = []
                desk.engine.process(
                    .report(
                        ExecutionReport(
                            order: order, instrument: symbol,
                            event: .fill(
                                Fill(
                                    id: "\(time.nanoseconds)", price: Price(attos: attosPerUnit),
                                    quantity: Quantity(attos: quantity), liquidity: .taker,
                                    fee: .zero, feeCurrency: Currency("USDT"))),
                            venueTime: time, receiveTime: desk.now)), into: &commands)
            }
        }
        #expect(approved > 20, "seed \(seed)")
    }

    private func say(_ net: Int128, _ time: Timestamp, _ desk: inout Desk) throws {
        var commands: [Command] = []
        desk.engine.process(
            .holding(
                VenueHolding(
                    instrument: symbol, net: SignedQuantity(attos: net), venueTime: time,
                    receiveTime: desk.now)), into: &commands)
    }
}
