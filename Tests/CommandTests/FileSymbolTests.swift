import Foundation
import Testing

@Suite struct `A file of several symbols` {
    private let folder: TemporaryFolder
    private let script: String
    private let data: String

    init() throws {
        folder = try TemporaryFolder()
        script = try folder.write(
            "count.lua",
            """
            local heard = {}
            for _, name in ipairs({ "sim:ABC/USDT", "sim:XYZ/USDT" }) do
              subscribe(name, "trades")
              heard[name] = 0
            end
            function on_trade(t) heard[t.symbol] = heard[t.symbol] + t.qty end
            function on_stop()
              log.info("heard %d and %d", heard["sim:ABC/USDT"], heard["sim:XYZ/USDT"])
            end

            """)
        data = try folder.write(
            "all.csv",
            """
            symbol,time,price,qty
            ABCUSDT,1700000000,7,1
            XYZUSDT,1700000001,9,20
            ABCUSDT,1700000002,7,2

            """)
    }

    @Test func `gives each symbol of the script its rows`() throws {
        let run = try Runner([
            "backtest", script, "--data", "sim:ABC/USDT=\(data)", "--data",
            "sim:XYZ/USDT=\(data)", "--file-symbol", "sim:ABC/USDT=ABCUSDT", "--file-symbol",
            "sim:XYZ/USDT=XYZUSDT",
        ])
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors.contains("heard 3 and 20") || run.output.contains("heard 3 and 20"))
        #expect(run.output.contains("1 record of other symbols was left out"))
        #expect(run.output.contains("2 records of other symbols were left out"))
    }

    @Test func `says how to choose, and knows the nearest name`() throws {
        let files = ["--data", "sim:ABC/USDT=\(data)", "--data", "sim:XYZ/USDT=\(data)"]
        let run = try Runner(["backtest", script] + files)
        #expect(run.code != 0)
        #expect(run.errors.contains("(ABCUSDT, XYZUSDT): choose one of them with --file-symbol"))
        let typo = try Runner(["backtest", script] + files + ["--file-symbol", "ABCUSD"])
        #expect(typo.code != 0)
        #expect(typo.errors.contains("did you mean `ABCUSDT`?"), "\(typo.errors)")
    }
}
