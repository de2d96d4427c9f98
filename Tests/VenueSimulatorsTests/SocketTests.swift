import PaperTrading
import PlainJSON
import Testing
import TradingModel
import VenueSimulators

@Suite struct `Sockets` {
    @Test func `time and ping are answered, pings not by the quirk`() throws {
        let desk = Desk(try HandMadeMarket())
        let socket = try desk.connect("futures")
        #expect(desk.ask(socket, "server.ping", [:])?.at("data", "result")?.text == "pong")
        #expect(
            desk.ask(socket, "server.time", [:])?.at("data", "timestamp")?.integer
                == Desk.start.nanoseconds / 1_000_000)
        var settings = CoinExSimulatorSettings()
        settings.quirks.unansweredPings = true
        let silent = Desk(try HandMadeMarket(), settings: settings)
        #expect(silent.ask(try silent.connect("spot"), "server.ping", [:]) == nil)
    }

    @Test func `one from which nothing comes for a minute is closed`() throws {
        let desk = Desk(try HandMadeMarket())
        let quiet = try desk.connect("spot")
        let lively = try desk.connect("spot")
        for _ in 0..<7 {
            desk.pass(milliseconds: 10_000)
            _ = desk.ask(lively, "server.ping", [:])
        }
        #expect(desk.closed == [quiet])
    }

    @Test func `the first deals are history, the newest first, behind the acknowledgement`() throws
    {
        let desk = Desk()
        let socket = try desk.connect("spot")
        desk.say(
            socket,
            #"{"id":9,"method":"deals.subscribe","params":{"market_list":["BTCUSDT"]}}"#)
        let frames = desk.take(socket)
        #expect(frames.first == ["id": 9, "code": 0, "message": "OK"])
        #expect(frames.count == 2)
        let ids = frames.element(1)?.at("data", "deal_list")?.items?.compactMap {
            $0["deal_id"]?.integer
        }
        #expect(ids?.count ?? 0 > 10)
        #expect(ids == ids?.sorted(by: >))
        desk.pass(milliseconds: 5_000)
        let news = desk.take(socket).flatMap { $0.at("data", "deal_list")?.items ?? [] }
        #expect(news.allSatisfy { $0["deal_id"]?.integer ?? 0 > ids?.first ?? 0 })
    }

    @Test func `a push may come before its acknowledgement by the quirk`() throws {
        var settings = CoinExSimulatorSettings()
        settings.quirks.lateAcknowledgements = true
        let desk = Desk(try HandMadeMarket(), settings: settings)
        let socket = try desk.connect("spot")
        desk.say(
            socket,
            #"{"id":9,"method":"deals.subscribe","params":{"market_list":["BTCUSDT"]}}"#)
        #expect(desk.take(socket).map { $0["method"]?.text } == ["deals.update", nil])
    }

    @Test func `subscriptions add up, an empty list means all, and each can be ended`() throws {
        let desk = Desk()
        let socket = try desk.connect("spot")
        let heard = {
            desk.pass(milliseconds: 3_000)
            let states = desk.take(socket, "state").flatMap {
                $0.at("data", "state_list")?.items ?? []
            }
            return Set(states.compactMap { $0["market"]?.text })
        }
        _ = desk.ask(socket, "state.subscribe", ["market_list": ["BTCUSDT"]])
        _ = desk.ask(socket, "state.subscribe", ["market_list": ["ETHUSDT"]])
        #expect(heard() == ["BTCUSDT", "ETHUSDT"])
        _ = desk.ask(socket, "state.unsubscribe", ["market_list": ["BTCUSDT"]])
        #expect(heard() == ["ETHUSDT"])
        _ = desk.ask(socket, "state.subscribe", ["market_list": []])
        #expect(heard() == ["BTCUSDT", "ETHUSDT", "PEPEUSDT"])
        _ = desk.ask(socket, "state.unsubscribe", ["market_list": []])
        #expect(heard().isEmpty)
    }

    @Test func `an account's pushes reach only sockets that signed for it`() throws {
        let second = CoinExSimulatorSettings.Account(key: "second", secret: "s")
        let settings = CoinExSimulatorSettings(accounts: [.generous, second])
        let desk = Desk(try HandMadeMarket(), settings: settings)
        let own = try desk.connect("spot", signed: true, to: ["order"])
        (desk.key, desk.secret) = ("second", "s")
        let other = try desk.connect("spot", signed: true, to: ["order"])
        (desk.key, desk.secret) = ("simulator-key", "simulator-secret")
        try desk.post("/spot/order", Orders.spot("buy", "1", at: "99"))
        #expect(desk.take(own, "order").count == 1)
        #expect(desk.take(other, "order").isEmpty)
    }

    @Test func `stale stamps are a minute old`() throws {
        var settings = CoinExSimulatorSettings()
        settings.quirks.staleTimestamps = 1
        let desk = Desk(try HandMadeMarket(), settings: settings)
        let socket = try desk.connect("spot")
        _ = desk.ask(socket, "bbo.subscribe", ["market_list": ["BTCUSDT"]])
        #expect(
            desk.take(socket).first?.at("data", "updated_at")?.integer
                == Desk.start.nanoseconds / 1_000_000 - 60_000)
    }

    @Test func `stale lists show orders as they were six seconds ago`() throws {
        var settings = CoinExSimulatorSettings()
        settings.quirks.staleLists = 1
        let desk = Desk(try HandMadeMarket(), settings: settings)
        let placed = try desk.post("/spot/order", Orders.spot("buy", "0.01", at: "90"))
        let id = try #require(placed.at("data", "order_id")?.integer)
        let list = "/spot/pending-order?market_type=SPOT&market=BTCUSDT"
        let status = "/spot/order-status?market=BTCUSDT&order_id=\(id)"
        desk.pass(milliseconds: 5_000)
        #expect(try desk.get(list)["data"]?.items?.count == 0)
        #expect(try desk.get(status)["code"]?.integer == 3600)
        desk.pass(milliseconds: 2_000)
        #expect(try desk.get(list)["data"]?.items?.count == 1)
        #expect(try desk.get(status).at("data", "status")?.text == "open")
        let cancel: JSON = [
            "market": "BTCUSDT", "market_type": "SPOT", "order_id": .integer(id),
        ]
        #expect(try desk.post("/spot/cancel-order", cancel)["code"]?.integer == 0)
        desk.pass(milliseconds: 5_000)
        #expect(try desk.get(list)["data"]?.items?.count == 1)
        #expect(try desk.get(status).at("data", "status")?.text == "open")
        desk.pass(milliseconds: 2_000)
        #expect(try desk.get(list)["data"]?.items?.count == 0)
    }

    @Test func `frames may be plain text by the quirk`() throws {
        var settings = CoinExSimulatorSettings()
        settings.quirks.textFrames = true
        let desk = Desk(try HandMadeMarket(), settings: settings)
        let id = ConnectionID(5)
        #expect(desk.venue.connect(id, path: "/v2/spot"))
        desk.venue.receive(id, #"{"id":1,"method":"server.ping","params":{}}"#, at: desk.now)
        let text = #"{"id":1,"code":0,"data":{"result":"pong"},"message":"OK"}"#
        #expect(desk.venue.drainOutputs() == [.send(id, Array(text.utf8), isText: true)])
    }
}

@Suite struct `Market feed` {
    private func times(history: Int64, speed: Int64) throws -> [Int64] {
        var market = try HandMadeMarket()
        market.pass(milliseconds: 10_000)
        try market.trade(HandMadeMarket.spot, .buy, "101", "1")
        market.pass(milliseconds: 20_000)
        try market.trade(HandMadeMarket.spot, .buy, "101", "1")
        let start = Timestamp(nanoseconds: 5_000_000_000_000)
        let feed = SimulatedFeed(
            ScriptedMarket(market.events), start: start, history: history, speed: speed)
        var times: [Int64] = []
        while let event = feed.next() {
            let time = (event.receiveTime.nanoseconds - start.nanoseconds) / 1_000_000
            if times.last != time { times.append(time) }
        }
        return times
    }

    @Test func `a source's first event is moved to the start, or before it`() throws {
        #expect(try times(history: 0, speed: 1) == [0, 10_000, 30_000])
        #expect(try times(history: 10_000_000_000, speed: 1) == [-10_000, 0, 20_000])
    }

    @Test func `what comes after the start may run faster`() throws {
        #expect(try times(history: 10_000_000_000, speed: 10) == [-10_000, 0, 2_000])
    }
}
