import Testing
import TradingCore
import TradingModel

@Suite struct `Limits of a loss` {
    private let day: Int64 = 86_400_000_000_000

    /// A perpetual that has traded at 100, and of which 1 was bought there.
    private func holding(_ set: (inout RiskLimits) throws -> Void) throws -> Desk {
        var desk = try Desk.ofTwo(set)
        try desk.hold("1")
        return desk
    }

    @Test func `stop trading for good when the day's loss reaches it`() throws {
        var desk = try holding { $0.maxDailyLoss = try Money("10") }
        let open = try desk.place(ordered(.buy, "1", price: "80"))
        #expect(try desk.trade(0, at: "90.1").isEmpty)
        let reason = "max_daily_loss: 10 USDT have been lost since 00:00 UTC, the limit is 10"
        #expect(
            try desk.trade(0, at: "90")
                == [.cancel(open, InstrumentID(0)), .tradingStopped(reason: reason)])
        #expect(desk.state.permission == .halted)
        #expect(
            desk.refusal(of: try ordered(.sell, "1", reduceOnly: true))?.description
                == reason + ": trading has been stopped for this run")
        // What comes later changes nothing.
        #expect(try desk.trade(0, at: "200").isEmpty)
        #expect(desk.state.permission == .halted)
    }

    @Test func `count over all instruments, with fees and funding`() throws {
        var desk = try holding { $0.maxDailyLoss = try Money("10") }
        let other = try desk.place(ordered(.sell, "2", id: 1))
        let fill = Fill(
            id: "f", price: try Price("100"), quantity: try Quantity("2"), liquidity: .taker,
            fee: try Money("3"), feeCurrency: Currency("USDT"))
        desk.report(other, .fill(fill))
        #expect(try desk.trade(1, at: "102").stopReason == nil)  // 3 + 4
        let payment = Funding(
            instrument: InstrumentID(0), rate: try Rate("0.02"), mark: try Price("100"),
            venueTime: desk.now, receiveTime: desk.now)
        #expect(desk.feed(.market(.funding(payment))).stopReason == nil)  // and 2
        #expect(try desk.trade(0, at: "101").stopReason == nil)  // less 1
        #expect(try desk.trade(1, at: "103").stopReason != nil)  // and 2
    }

    @Test func `begin anew at midnight`() throws {
        var desk = try holding { $0.maxDailyLoss = try Money("10") }
        try desk.trade(0, at: "92")
        desk.pass(nanoseconds: day)
        #expect(try desk.trade(0, at: "83").stopReason == nil)
        #expect(
            try desk.trade(0, at: "82").stopReason
                == "max_daily_loss: 10 USDT have been lost since 00:00 UTC, the limit is 10")
    }

    @Test func `measure a drawdown from the best`() throws {
        var desk = try holding { $0.maxDrawdown = try Money("15") }
        try desk.trade(0, at: "120")
        desk.pass(nanoseconds: day)
        #expect(try desk.trade(0, at: "105.1").stopReason == nil)
        #expect(
            try desk.trade(0, at: "105").stopReason
                == "max_drawdown: the run is worth 15 USDT less than at its best, the limit is 15")
    }

    @Test func `are told to a script that asks for orders in vain`() throws {
        var desk = try holding { $0.maxDailyLoss = try Money("10") }
        let open = try desk.place(ordered(.sell, "1"))
        // The fill itself is what loses.
        let fill = Fill(
            id: "f", price: try Price("89"), quantity: try Quantity("1"), liquidity: .taker,
            fee: .zero, feeCurrency: Currency("USDT"))
        desk.report(open, .fill(fill))
        #expect(
            desk.refusal(of: try ordered(.buy, "1"))?.description
                == "max_daily_loss: 11 USDT have been lost since 00:00 UTC, the limit is 10: trading "
                + "has been stopped for this run")
    }

    @Test func `go on where an earlier run of the day stopped`() throws {
        var desk = try Desk.with([try .linear()]) {
            $0.maxDailyLoss = try Money("10")
            $0.maxDrawdown = try Money("25")
        }
        desk.engine.begin(
            with: RiskCounters(day: 0, dayStart: try Money("8"), peak: try Money("20")))
        #expect(desk.feed(.start(.first, at: desk.now)).stopReason == nil)
        try desk.trade(0, at: "100")
        try desk.hold("1")
        #expect(try desk.trade(0, at: "98.1").stopReason == nil)
        var nextDay = desk
        #expect(
            try desk.trade(0, at: "98").stopReason?.hasPrefix("max_daily_loss: 10 USDT") == true)
        _ = nextDay  // the engine's state is shared: a desk of its own follows
        nextDay = try Desk.with([try .linear()]) {
            $0.maxDailyLoss = try Money("10")
            $0.maxDrawdown = try Money("25")
        }
        nextDay.engine.begin(
            with: RiskCounters(day: -1, dayStart: try Money("8"), peak: try Money("20")))
        nextDay.feed(.start(.first, at: nextDay.now))
        try nextDay.trade(0, at: "100")
        try nextDay.hold("1")
        #expect(try nextDay.trade(0, at: "95.1").stopReason == nil)
        #expect(try nextDay.trade(0, at: "95").stopReason?.hasPrefix("max_drawdown: ") == true)
    }

    @Test func `stop a run at its start where the day's loss is reached`() throws {
        var desk = try Desk.with([try .linear()]) { $0.maxDailyLoss = try Money("10") }
        desk.engine.begin(
            with: RiskCounters(day: 0, dayStart: try Money("10"), peak: try Money("10")))
        #expect(desk.refusal(of: try ordered(.buy, "1"))?.rule == .maxDailyLoss)
    }

    @Test func `remember what the next run needs`() throws {
        var desk = try holding { $0.maxDailyLoss = try Money("10") }
        try desk.trade(0, at: "105")
        try desk.trade(0, at: "97")
        #expect(
            desk.engine.riskCounters
                == RiskCounters(day: 0, dayStart: .zero, peak: try Money("5")))
        let other = try Desk.ofTwo { $0.maxPosition = try Quantity("1") }
        #expect(other.engine.riskCounters == nil)
    }

    @Test(arguments: [true, false])
    func `leave out what a position from before had lost`(isPriced: Bool) throws {
        var desk = try Desk.with([try .linear()]) { $0.maxDailyLoss = try Money("10") }
        if isPriced { desk.engine.observe(.trade(try trade(at: "100", desk.now))) }
        var commands: [Command] = []
        desk.engine.begin(with: try held("1", at: "200", desk.now), into: &commands)
        #expect(desk.feed(.start(.first, at: desk.now)).stopReason == nil)
        #expect(try desk.trade(0, at: "100").stopReason == nil)
        #expect(try desk.trade(0, at: "90.1").stopReason == nil)
        #expect(try desk.trade(0, at: "90").stopReason != nil)
    }

    @Test func `keep a loss that a correction takes off the books`() throws {
        var desk = try holding { $0.maxDailyLoss = try Money("10") }
        try desk.trade(0, at: "92")
        desk.feed(.position(try held("0", at: nil, desk.now)))
        try desk.trade(0, at: "100")
        try desk.hold("1")
        #expect(try desk.trade(0, at: "98.1").stopReason == nil)
        #expect(try desk.trade(0, at: "98").stopReason != nil)
    }

    private func trade(at price: String, _ now: Timestamp) throws -> Trade {
        Trade(
            instrument: InstrumentID(0), price: try Price(price), quantity: try Quantity("1"),
            taker: nil, venueTime: now, receiveTime: now)
    }

    private func held(_ net: String, at price: String?, _ now: Timestamp) throws
        -> PositionCorrection
    {
        PositionCorrection(
            instrument: InstrumentID(0), net: try SignedQuantity(net),
            averagePrice: try price.map { try Price($0) }, reason: "test", receiveTime: now)
    }
}

@Suite struct `Limits that are replaced` {
    @Test func `hold from then on, and say what is other`() throws {
        var desk = try Desk.ofTwo {
            $0.maxPosition = try Quantity("2")
            $0.maxDataAge = 5_000_000_000
        }
        desk.expectPass(try ordered(.buy, "2", price: "99"))
        var limits = desk.engine.limits
        limits.general.maxPosition = try Quantity("3")
        limits.general.maxDataAge = nil
        var own = RiskLimits()
        own.maxOpenOrders = 7
        limits.bySymbol["sim:ETH/USDT"] = own
        let commands = desk.feed(.limits(limits, at: desk.now))
        #expect(
            commands == [
                .log(
                    .info,
                    "limits: max_position 2 → 3, max_data_age 5 s → none, max_open_orders of "
                        + "sim:ETH/USDT none → 7")
            ])
        desk.expectPass(try ordered(.buy, "1", price: "99"))
        #expect(desk.refusal(of: try ordered(.buy, "0.001", price: "99"))?.rule == .maxPosition)
        #expect(
            desk.feed(.limits(limits, at: desk.now)) == [.log(.info, "limits: all as they were")])
    }

    @Test func `go on counting what they counted before`() throws {
        var desk = try Desk.ofTwo {
            $0.maxDailyLoss = try Money("10")
            $0.maxOrdersPerSecond = 3
        }
        try desk.hold("1")
        try desk.trade(0, at: "95")
        var limits = desk.engine.limits
        limits.general.maxDailyLoss = try Money("7")
        limits.general.maxOrdersPerSecond = 1
        desk.feed(.limits(limits, at: desk.now))
        #expect(desk.refusal(of: try ordered(.buy, "1"))?.rule == .maxOrdersPerSecond)
        #expect(try desk.trade(0, at: "93.1").stopReason == nil)
        #expect(try desk.trade(0, at: "93").stopReason != nil)
    }

    @Test func `stop at once where they are reached already`() throws {
        var desk = try Desk.ofTwo { $0.maxDailyLoss = try Money("10") }
        try desk.hold("1")
        try desk.trade(0, at: "95")
        var limits = desk.engine.limits
        limits.general.maxDailyLoss = try Money("5")
        #expect(
            desk.feed(.limits(limits, at: desk.now)).stopReason
                == "max_daily_loss: 5 USDT have been lost since 00:00 UTC, the limit is 5")
    }

    @Test func `count a loss from then on where none was limited`() throws {
        var desk = try Desk.ofTwo { _ in }
        try desk.hold("1")
        try desk.trade(0, at: "50")
        var limits = desk.engine.limits
        limits.general.maxDailyLoss = try Money("10")
        #expect(desk.feed(.limits(limits, at: desk.now)).stopReason == nil)
        #expect(try desk.trade(0, at: "40").stopReason != nil)
    }

    @Test func `forget the refusals of the venue`() throws {
        var desk = try Desk.ofTwo { $0.maxConsecutiveRejects = 1 }
        try desk.reject(ordered(.buy, "1"))
        #expect(desk.state.permission == .reducing)
        #expect(desk.feed(.limits(desk.engine.limits, at: desk.now)).permissions == [.active])
        desk.expectPass(try ordered(.buy, "1"))
    }

    @Test func `do not bring a halted run back`() throws {
        var desk = try Desk.ofTwo { $0.maxDailyLoss = try Money("10") }
        try desk.hold("1")
        try desk.trade(0, at: "50")
        desk.feed(.limits(RunLimits(), at: desk.now))
        #expect(desk.refusal(of: try ordered(.buy, "1"))?.rule == .maxDailyLoss)
    }

    @Test func `are one amount in one currency`() throws {
        var limits = RunLimits()
        limits.general.maxDailyLoss = try Money("1")
        limits.general.maxAccountNotional = try Money("1")
        let (usdt, btc) = (Currency("USDT"), Currency("BTC"))
        #expect(limits.problems(of: [(usdt, usdt), (usdt, usdt)]).isEmpty)
        #expect(
            limits.problems(of: [(usdt, usdt), (btc, Currency("USD"))]) == [
                "risk.max_daily_loss is one amount over all instruments, and these settle in BTC and "
                    + "USDT: leave it out, or trade each currency in a run of its own",
                "risk.max_account_notional is one amount over all instruments, and these are quoted in "
                    + "USD and USDT: leave it out, or trade each currency in a run of its own",
            ])
    }
}

@Suite struct `The table of rules` {
    @Test func `has every rule once`() {
        #expect(
            RiskRule.all.map(\.rule.rawValue).sorted()
                == RiskRefusal.Rule.allCases.map(\.rawValue).sorted())
        #expect(Set(RiskLimit.all.map(\.rule)).count == RiskLimit.all.count)
    }

    @Test func `says each limit as it is, and takes it off`() throws {
        var limits = RiskLimits()
        for limit in RiskLimit.all {
            #expect(limit.text(in: limits) == nil)
            switch limit.form {
            case .quantity(let path): limits[keyPath: path] = try Quantity("1")
            case .money(let path): limits[keyPath: path] = try Money("2")
            case .count(let path): limits[keyPath: path] = 3
            case .share(let path), .multiple(let path): limits[keyPath: path] = try Rate("4")
            case .time(let path): limits[keyPath: path] = 5_000_000_000
            case .flag(let path): limits[keyPath: path] = true
            }
            #expect(limit.text(in: limits) != nil)
        }
        for limit in RiskLimit.all { limit.clear(in: &limits) }
        #expect(limits == RiskLimits())
    }
}
