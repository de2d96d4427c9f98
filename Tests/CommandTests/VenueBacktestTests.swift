import Foundation
import Testing

@Suite struct `A backtest over files of two venues` {
    /// A trade each second, beside those of the other venue.
    private func trades(_ venue: String, offset: Int) -> String {
        var text = "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n"
        for second in 0..<200 {
            let time = 1_767_225_600_000_000 + second * 1_000_000 + offset
            let side = second % 2 == 0 ? "sell" : "buy"
            text += "\(venue),BTCUSDT,\(time),\(time),\(second),\(side),\(90_000 + second),1.01\n"
        }
        return text
    }

    @Test func `trades symbols of both, on one account`() throws {
        let folder = try TemporaryFolder()
        let script = try folder.write(
            "two.lua",
            """
            local spot, perpetual = "coinex:BTC/USDT", "cointr:BTC/USDT:USDT"
            subscribe(spot, "trades")
            subscribe(perpetual, "trades")
            local heard = {}
            local sent = false
            function on_trade(t)
              heard[t.symbol] = (heard[t.symbol] or 0) + 1
              if heard[t.symbol] < 10 or sent then return end
              sent = true
              return { buy{symbol = spot, qty = 0.01}, sell{symbol = perpetual, qty = 0.02} }
            end
            function on_stop()
              log.info("heard %d %d", heard[spot], heard[perpetual])
              log.info("same %s", balance("coinex:USDT") == balance("cointr:USDT"))
            end
            """)
        let run = try Runner([
            "backtest", script, "--data",
            "coinex:BTC/USDT=" + folder.write("a.csv", trades("coinex", offset: 0)), "--data",
            "cointr:BTC/USDT:USDT=" + folder.write("b.csv", trades("cointr", offset: 500_000)),
            "--json",
        ])
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors.contains("heard 200 200"), "\(run.errors)")
        #expect(run.errors.contains("same true"), "\(run.errors)")
        let positions = try #require(try run.json()["positions"] as? [String: [String: Any]])
        #expect(
            positions["coinex:BTC/USDT"]?["qty"] as? String == "0.00999",
            "its fee goes out of the coins")
        #expect(positions["cointr:BTC/USDT:USDT"]?["qty"] as? String == "-0.02")
        #expect(try run.json()["accounts"] == nil, "one account has both")
    }
}
