import AccountSession
import CoinTR
import HostileVenues
import PlainJSON
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `A CoinTR session that connects` {
    // Promises P1, P3, P10.
    @Test func `learns markets, fees and clock over HTTP, signs in, agrees, and is connected`()
        throws
    {
        let desk = try CoinTRDesk([CoinTRDesk.spot, CoinTRDesk.futures])
        try desk.prepare()
        let told = desk.actions.compactMap { action -> [Instrument]? in
            if case .instruments(let list) = action { list } else { nil }
        }
        let instruments = try #require(told.first)
        #expect(told.count == 1 && instruments.map(\.lot) == [exact("0.001"), exact("0.1")])
        #expect(instruments.map(\.takerFee) == [exact("0.0009"), exact("0.0009")])
        try desk.open()
        #expect(desk.saying == ["auth"])
        try desk.acknowledge()
        #expect(desk.saying == ["subscribe user_data_spot"])
        try desk.acknowledge()
        #expect(desk.saying == ["subscribe user_data_perp"])
        #expect(!desk.isAsked("orders-active"))
        try desk.acknowledge()
        #expect(desk.isAsked("orders-active") && desk.isAsked("positions"))
        #expect(desk.agreements == 0)
        try desk.answerAll()
        #expect(desk.agreements == 1 && desk.states == [])
        try desk.acknowledgeAll()
        #expect(desk.states == [.connected] && desk.problems == [])
        #expect(desk.balances.contains("USDT 1500 1500"))
    }

    // Trap 21.
    @Test func `says one thing at a time over the socket`() throws {
        let desk = try CoinTRDesk()
        try desk.open()
        try desk.acknowledgeAll()
        try desk.answerAll()
        var subscriptions: [String] = []
        while !desk.said.isEmpty {
            #expect(desk.said.count == 1)
            subscriptions += desk.saying
            try desk.acknowledge()
        }
        #expect(subscriptions == ["subscribe mini_books_spot LTCUSDT"])
        desk.clear()
        desk.input(.subscribe([InstrumentID(0): [.trades, .book, .ticker]]))
        subscriptions = []
        while !desk.said.isEmpty {
            #expect(desk.said.count == 1)
            subscriptions += desk.saying
            try desk.acknowledge()
        }
        #expect(
            subscriptions == [
                "subscribe trades_spot LTCUSDT", "subscribe kline_spot LTCUSDT",
                "subscribe books_spot LTCUSDT",
            ])
    }

    @Test func `takes no answer for another's`() throws {
        let desk = try CoinTRDesk()
        try desk.open()
        try desk.acknowledge()
        // The answer of before comes once more, and one that nobody can have asked for.
        try desk.hear(#"{"event":"auth"}"#)
        try desk.hear(#"{"event":"subscribe","channel":"user_data_perp","args":{}}"#)
        #expect(desk.saying == ["subscribe user_data_spot"] && !desk.isAsked("orders-active"))
        try desk.acknowledge()
        #expect(desk.isAsked("orders-active"))
        // Of what nobody asked an error is none.
        try desk.answerAll()
        try desk.acknowledgeAll()
        try desk.hear(#"{"event":"error","code":5000,"msg":"busy"}"#)
        #expect(desk.states == [.connected])
    }

    @Test func `opens a new connection where a subscription is refused`() throws {
        let desk = try CoinTRDesk()
        try desk.open()
        try desk.acknowledge()
        try desk.hear(#"{"event":"error","code":4002,"msg":"no such channel"}"#)
        #expect(desk.socket == nil)
        #expect(desk.problems.map(\.cause) == [.refused])
        try desk.wait(5)
        #expect(desk.socket != nil)
    }

    @Test func `signs in anew where the venue has forgotten that it did`() throws {
        let desk = try CoinTRDesk()
        try desk.open()
        try desk.acknowledge()
        try desk.hear(#"{"event":"error","code":4010,"msg":"auth required"}"#)
        #expect(desk.socket == nil && desk.problems.allSatisfy { !$0.isPermanent })
    }

    // Trap 20. Promises P12.
    @Test func `is told of the venue's pings, and dead where nothing comes for fifteen seconds`()
        throws
    {
        let desk = try CoinTRDesk()
        try desk.goLive()
        #expect(desk.terms.tellsPings)
        try desk.wait(60, answers: true)
        #expect(!desk.states.contains(.lost) && desk.socket != nil)
        // It says nothing by itself.
        #expect(desk.said.allSatisfy { $0["op"] != "ping" })
        let last = desk.now
        // The last of them may be five seconds old.
        try desk.wait(9, pings: false)
        #expect(!desk.states.contains(.lost))
        // A message is a sign of life as good as a ping.
        try desk.hear(Wire.figures)
        try desk.wait(14, pings: false)
        #expect(!desk.states.contains(.lost) && desk.now > last)
        try desk.wait(2, pings: false)
        #expect(desk.states.last == .lost)
    }

    // Promise P4.
    @Test func `agrees about everything again behind a cut`() throws {
        let desk = try CoinTRDesk([CoinTRDesk.futures])
        try desk.goLive()
        try desk.cut()
        #expect(desk.states == [.lost])
        try desk.open()
        #expect(desk.saying == ["auth"])
        try desk.acknowledgeAll()
        for name in ["orders-active", "balance", "positions", "fills"] {
            #expect(desk.isAsked(name), "\(name)")
        }
        try desk.answerAll()
        try desk.acknowledgeAll()
        #expect(desk.states == [.lost, .resynchronised])
    }

    // Promise P13.
    @Test(arguments: [(401, 4010), (401, 4011), (403, 4010), (200, 4011)])
    func `ends where the key is refused, and shows none of it`(status: Int, code: Int) throws {
        let desk = try CoinTRDesk()
        desk.input(.timer)
        while desk.isAsked("tickers") { try desk.reply("tickers", Wire.ticker) }
        try desk.reply("instruments", Wire.spotInstruments)
        try desk.reply("trade-fee", Wire.refused(code), status: status)
        let problem = try #require(desk.problems.first { $0.isPermanent })
        #expect(problem.cause == (status == 403 ? .permission : .key))
        #expect(!problem.description.contains("11112222"))
        #expect(desk.socket == nil)
    }

    @Test func `ends where the account counts long and short apart, and says how to change it`()
        throws
    {
        let desk = try CoinTRDesk([CoinTRDesk.futures])
        desk.mode = "LONG_SHORT_MODE"
        desk.input(.timer)
        try desk.reply("config", #"{"code":0,"data":{"posMode":"LONG_SHORT_MODE"}}"#)
        let problem = try #require(desk.problems.first { $0.isPermanent })
        #expect(problem.description.contains("LONG_SHORT_MODE"))
        #expect(problem.description.contains("set-position-mode"))
        #expect(problem.cause == .permission && desk.socket == nil)
        try desk.wait(60)
        #expect(desk.socket == nil)
    }

    @Test func `does not ask of spot how positions are counted`() throws {
        let desk = try CoinTRDesk()
        desk.input(.timer)
        #expect(!desk.isAsked("config"))
    }

    // Promise P2.
    @Test func `names the nearest where there is no such market`() throws {
        let desk = try CoinTRDesk(["cointr:LTC/USDC"])
        desk.input(.timer)
        try desk.answerAll()
        let problem = try #require(desk.problems.first { $0.isPermanent })
        #expect(problem.cause == .instrument)
        #expect(problem.description.contains("cointr:LTC/USDT"))
    }

    @Test func `sets leverage and margin mode before it trades`() throws {
        let desk = try CoinTRDesk([CoinTRDesk.futures]) { settings in
            settings.leverage[settings.symbols[0]] = LeverageChoice(times: 5, isIsolated: true)
        }
        try desk.open()
        try desk.acknowledgeAll()
        let call = try desk.reply("set-config", #"{"code":0}"#)
        #expect(call.body == #"{"instId":"LTCUSDT","lever":"5","mgnMode":"ISOLATED"}"#)
        let other = try CoinTRDesk([CoinTRDesk.futures]) { settings in
            settings.leverage[settings.symbols[0]] = LeverageChoice(times: 51, isIsolated: false)
        }
        other.input(.timer)
        try other.answerAll()
        #expect(other.problems.filter(\.isPermanent).map(\.cause) == [.leverage])
    }

    @Test func `tells data without a key, and signs nothing`() throws {
        let desk = try CoinTRDesk(key: nil)
        try desk.open()
        #expect(desk.saying == ["subscribe mini_books_spot LTCUSDT"])
        try desk.acknowledgeAll()
        #expect(desk.states == [.connected])
        let calls = desk.actions.compactMap { action -> HTTPCall? in
            if case .request(_, let call) = action { call } else { nil }
        }
        #expect(calls.allSatisfy { $0.headers.isEmpty && !$0.path.contains("timestamp") })
    }
}

@Suite struct `The clock of CoinTR` {
    private func stamp(_ desk: CoinTRDesk) throws -> Int64 {
        try desk.submit(1)
        let call = try #require(desk.calls.first { CoinTRDesk.name($0.call) == "order" }).call
        return Int64(call.path.split(separator: "=").last ?? "") ?? 0
    }

    private func connect(_ change: (CoinTRDesk) throws -> Void) throws -> CoinTRDesk {
        let desk = try CoinTRDesk()
        desk.input(.timer)
        while desk.isAsked("tickers") { try change(desk) }
        try desk.goLive()
        return desk
    }

    @Test func `is read from the heads of replies, to the second`() throws {
        let old = #"{"code":"0","msg":"","data":[{"instId":"LTCUSDT","uTime":1600000000000}]}"#
        let desk = try connect { try $0.reply("tickers", old) }
        let off = try stamp(desk) - desk.now.nanoseconds / 1_000_000
        #expect(off == 500)
    }

    @Test func `is a market's own where the head confirms it`() throws {
        let desk = try connect { desk in
            let time = desk.now.nanoseconds / 1_000_000 + 120
            try desk.reply(
                "tickers",
                #"{"code":"0","msg":"","data":[{"instId":"LTCUSDT","uTime":\#(time)}]}"#)
        }
        #expect(try stamp(desk) - desk.now.nanoseconds / 1_000_000 == 120)
    }

    @Test func `is a market's own where heads have none`() throws {
        let desk = try connect { desk in
            let time = desk.now.nanoseconds / 1_000_000 - 40_000
            try desk.reply(
                "tickers",
                #"{"code":"0","msg":"","data":[{"instId":"LTCUSDT","uTime":\#(time)}]}"#,
                dated: false)
        }
        #expect(try stamp(desk) - desk.now.nanoseconds / 1_000_000 == -40_000)
    }

    @Test func `is told by a refusal as well as by an answer`() throws {
        let desk = try connect { try $0.reply("tickers", Wire.refused(4002)) }
        #expect(try stamp(desk) - desk.now.nanoseconds / 1_000_000 == 500)
    }

    @Test func `is read again where a request came at the wrong time`() throws {
        let desk = try CoinTRDesk.ordering()
        let first = try desk.reply("order", Wire.refused(4012), status: 401)
        #expect(desk.isAsked("tickers") && desk.events == [])
        try desk.reply("tickers", Wire.ticker)
        try desk.wait(2)
        let second = try desk.reply("order", Wire.placed(901, "mr-1"))
        #expect(second.body == first.body && second.path != first.path)
        #expect(desk.events == ["accepted 901"])
    }
}
