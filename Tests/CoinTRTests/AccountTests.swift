import AccountSession
import CoinTR
import HostileVenues
import Testing
import TradingModel
import VenueSessions

@Suite struct `Holdings at CoinTR` {
    // Trap 19.
    @Test func `of spot and futures are told as one, by lists and by pushes`() throws {
        let desk = try CoinTRDesk([CoinTRDesk.spot, CoinTRDesk.futures])
        try desk.goLive()
        try desk.hear(Wire.futuresBalance)
        #expect(desk.balances.last == "USDT 2000 1900")
        try desk.hear(Wire.spotBalance)
        #expect(desk.balances.last == "LTC 4 3.5")
    }

    // Trap 14: two of one second are in no order.
    @Test func `that are told to the second are asked for where they differ`() throws {
        let desk = try CoinTRDesk()
        try desk.goLive()
        try desk.hear(Wire.spotBalance)
        try desk.hear(Wire.spotBalance.replacing("\"3.5\"", with: "\"3.25\""))
        #expect(!desk.isAsked("balance"))
        try desk.wait(1.1)
        #expect(desk.isAsked("balance"))
        try desk.reply("balance", CoinTRDesk.spotBalance)
        #expect(desk.balances.last == "USDT 1000 1000" || desk.balances.contains("LTC 10 10"))
    }

    // Trap 22.
    @Test func `of futures are asked for by the markets' names`() throws {
        let desk = try CoinTRDesk([CoinTRDesk.futures])
        try desk.open()
        try desk.acknowledgeAll()
        let call = try desk.reply("positions", Wire.list([]))
        #expect(call.path.contains("positions?instIds=LTCUSDT&timestamp="))
        let spot = try CoinTRDesk()
        try spot.open()
        try spot.acknowledgeAll()
        #expect(!spot.isAsked("positions"))
    }

    // Traps 10 and 18.
    @Test
    func `are positions in base currency, short below zero, and flat where a row has no size`()
        throws
    {
        let desk = try CoinTRDesk([CoinTRDesk.futures])
        try desk.goLive()
        try desk.hear(Wire.positions)
        #expect(desk.positions.last?.net == exact("-0.3"))
        #expect(desk.positions.last?.averagePrice == exact("70.02"))
        #expect(desk.positions.last?.leverage == "20")
        try desk.hear(
            Wire.positions.replacing("\"posSz\":\"3\"", with: "\"posSz\":\"0\"")
                .replacing("1700000002345", with: "1700000004345"))
        #expect(desk.positions.last?.net == .zero)
    }

    @Test func `of a market are one position, whatever is left of others`() throws {
        let desk = try CoinTRDesk([CoinTRDesk.futures])
        try desk.open()
        try desk.acknowledgeAll()
        let row = { (side: String, size: Int) in
            #"{"posId":1,"mgnMode":"CROSS","instId":"LTCUSDT","posSide":"\#(side)","posSz":\#(size),"#
                + #""avgPx":70,"liqPx":"0","lever":20,"mmr":"0","upl":"0","cashBal":"1"}"#
        }
        try desk.reply(
            "positions", Wire.list([row("SHORT", 0), row("LONG", 7), row("LONG", 0)]))
        #expect(desk.positions.map(\.net) == [exact("0.7")])
    }

    // Trap 24.
    @Test func `count both fills of a trade with oneself`() throws {
        let desk = try CoinTRDesk()
        try desk.goLive()
        for (number, side) in [(1, Side.buy), (2, .sell)] {
            try desk.submit(number, side)
            try desk.reply("order", Wire.placed(900 + Int64(number), "mr-\(number)"))
        }
        try desk.hear(
            Wire.news(
                "fills_spot",
                [
                    Wire.fill(5, of: 901, size: "1"),
                    Wire.fill(5, of: 902, side: "SELL", size: "-1"),
                ]))
        #expect(desk.fills.map(\.id) == ["5", "5"])
        #expect(desk.events == ["accepted 901", "accepted 902", "fill 1@70", "fill 1@70"])
    }
}
