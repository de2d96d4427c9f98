import Foundation
import Testing

/// A row of the reference table in the data folder's README, made by an independent rebuild.
struct Reference: Sendable, CustomTestStringConvertible {
    let file: String
    let trades: Int
    let volume: String
    let buyVolume: String
    let notional: String
    let bid: [String]
    let ask: [String]
    let levels: [Int]
    var testDescription: String { file }

    static let table = [
        Reference(
            file: "binance_spot_btcusdt_20240808", trades: 19_904, volume: "437.91552",
            buyVolume: "204.49112", notional: "27006929.5910348", bid: ["61602.01", "1.67177"],
            ask: ["61602.02", "2.66795"], levels: [1971, 2962]),
        Reference(
            file: "binance_spot_ethusdt_20240808", trades: 14_515, volume: "4272.7241",
            buyVolume: "2023.5441", notional: "11454209.126352", bid: ["2677.6", "13.0449"],
            ask: ["2677.61", "4.5232"], levels: [1744, 1665]),
        Reference(
            file: "binance_usdm_btcusdt_20240808", trades: 21_313, volume: "2429.366",
            buyVolume: "1251.576", notional: "149845680.8898", bid: ["61659.7", "1.486"],
            ask: ["61659.8", "0.981"], levels: [5018, 4578]),
        Reference(
            file: "binance_coinm_btcusd_perp_20240808", trades: 5_235, volume: "182183",
            buyVolume: "102983", notional: "11232102459.4", bid: ["61600", "27"],
            ask: ["61600.1", "1647"], levels: [1510, 1733]),
    ]
}

@Suite struct `The backtest command` {
    @Test(
        .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
        arguments: Reference.table)
    func `gives the reference values of recorded data to the last digit`(
        _ reference: Reference
    ) throws {
        let run = try Runner([
            "backtest", "strategies/ema_cross.lua", "--data",
            SharedData.path("book/\(reference.file).ws.gz"), "--json",
        ])
        #expect(run.code == 0, "\(run.errors)")
        let data = try #require(try run.json()["data"] as? [String: Any])
        let facts = try #require(data.values.first as? [String: Any])
        #expect(facts["trades"] as? Int == reference.trades)
        #expect(facts["volume"] as? String == reference.volume)
        #expect(facts["buy_volume"] as? String == reference.buyVolume)
        #expect(facts["notional"] as? String == reference.notional)
        let bid = try #require(facts["last_bid"] as? [String: String])
        let ask = try #require(facts["last_ask"] as? [String: String])
        #expect([bid["price"], bid["qty"]] == reference.bid)
        #expect([ask["price"], ask["qty"]] == reference.ask)
        #expect([facts["bid_levels"] as? Int, facts["ask_levels"] as? Int] == reference.levels)
    }

    @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
    func `builds minute bars from trades that equal the venue's own on all five values`() throws {
        let folder = try TemporaryFolder()
        let script = try folder.write(
            "bars.lua",
            """
            subscribe("sim:XRP/ETH", "bars:1m")
            function on_bar(b)
              log.info("bar %d,%.8f,%.8f,%.8f,%.8f,%d", b.time * 1000, b.open, b.high, b.low,
                b.close, b.volume)
            end

            """)
        let trades = SharedData.path("trades/binance_spot_xrpeth_aggtrades_20191011.csv.gz")
        let run = try Runner(["backtest", script, "--data", trades, "--json"])
        #expect(run.code == 0, "\(run.errors.suffix(500))")
        let built = run.errors.split(separator: "\n").compactMap { line in
            line.range(of: " bar ").map { String(line[$0.upperBound...]) }
        }
        let expected = try SharedData.lines("trades/binance_spot_xrpeth_1m_20191011.csv.gz")
            .dropFirst().map(Self.padded)
        // The trades end half a minute into the last bar: it is still forming.
        #expect(expected.count == 2_469)
        #expect(built == expected.dropLast())
    }

    /// A bar of the file, its prices with eight decimals.
    private static func padded(_ line: String) -> String {
        let fields = line.split(separator: ",").map(String.init)
        let prices = fields[1...4].map { text in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            let fraction = parts.count > 1 ? String(parts[1]) : ""
            return parts[0] + "." + fraction + String(repeating: "0", count: 8 - fraction.count)
        }
        return ([fields[0]] + prices + [fields[5]]).joined(separator: ",")
    }

    @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
    func `gives the same intents when it runs again`() throws {
        let arguments = [
            "backtest", "strategies/ema_cross.lua", "--data",
            SharedData.path("book/binance_spot_btcusdt_20240808_trades.csv.gz"), "--json",
        ]
        let first = try Runner(arguments).json()
        let second = try Runner(arguments).json()
        let hash = try #require(first["intents_sha256"] as? String)
        #expect(hash.count == 64)
        #expect(second["intents_sha256"] as? String == hash)
        #expect(first["intents"] as? Int ?? 0 > 0)
    }

    @Test func `names every field that the JSON promises`() throws {
        let folder = try TemporaryFolder()
        let trades = try folder.write("trades.csv", Self.trades)
        let script = try folder.write("quiet.lua", Self.quiet)
        let fields = try Runner(["backtest", script, "--data", trades, "--json"]).json()
        let promised = [
            "data", "orders", "fills", "rejected", "positions", "realised_pnl", "unrealised_pnl",
            "fees", "equity", "max_drawdown", "intents_sha256", "loop_seconds",
            "events_per_second",
        ]
        #expect(promised.filter { fields[$0] == nil } == [])
        #expect(fields["equity"] as? String == "10000")
        // The hash of nothing at all, as any SHA-256 gives it.
        #expect(
            fields["intents_sha256"] as? String
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func `keeps a price of twelve decimals exact`() throws {
        let folder = try TemporaryFolder()
        let trades = try folder.write(
            "tiny.csv",
            """
            timestamp,price,amount,side,id
            1700000000000,0.000000152823,7173493138592,buy,1
            1700000001000,0.000000152824,3,sell,2

            """)
        let script = try folder.write("quiet.lua", Self.quiet)
        let run = try Runner(["backtest", script, "--data", trades, "--json"])
        let data = try #require(try run.json()["data"] as? [String: Any])
        let facts = try #require(data.values.first as? [String: Any])
        #expect(facts["volume"] as? String == "7173493138595")
        #expect(facts["notional"] as? String == "1096274.741919503688")
    }

    static let quiet = """
        subscribe("sim:BTC/USDT:USDT", "trades")
        function on_trade(trade) end

        """

    static let trades = """
        timestamp,price,amount,side,id
        1700000000000,50000.1,0.5,buy,1
        1700000001000,50000.2,0.25,sell,2

        """
}
