import Foundation
import Testing

/// What a script hears of bars, as a user runs it over files.
@Suite struct `Backtests over bars` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let start = 1_735_689_600

    /// Bars of `span` seconds each, with a volume of one for each minute.
    private func bars(_ name: String, every span: Int, _ count: Int) throws -> String {
        let rows = (0..<count).map { index in
            "\(Self.start + index * span),10,11,9,10,\(span / 60)\n"
        }
        return try folder.write(
            name, "time,open,high,low,close,volume\n" + rows.joined())
    }

    /// Runs a script that counts what it hears of these sizes.
    private func run(_ sizes: [String], _ files: [String]) throws -> Runner {
        let feeds = sizes.map { "\"bars:\($0)\"" }.joined(separator: ", ")
        let script = try folder.write(
            "bars.lua",
            """
            subscribe("sim:BTC/USDT", \(feeds))
            local count, volume = {}, {}
            function on_bar(b)
              count[b.size] = (count[b.size] or 0) + 1
              volume[b.size] = (volume[b.size] or 0) + b.volume
            end
            function on_stop()
              for _, size in ipairs{"1m", "5m", "1h", "7d"} do
                if count[size] then log.info("%s: %d, %d", size, count[size], volume[size]) end
              end
            end

            """)
        return try Runner(["backtest", script] + files.flatMap { ["--data", $0] })
    }

    @Test func `tell no bar that is still forming when the data ends`() throws {
        let minutes = try bars("m.csv", every: 60, 13)
        #expect(try run(["1h"], [minutes]).errors.contains("1h:") == false)
        #expect(try run(["5m"], [minutes]).errors.contains("5m: 2, 10"))
        let whole = try bars("w.csv", every: 60, 60)
        #expect(try run(["1h", "5m"], [whole]).errors.contains("1h: 1, 60"))
    }

    @Test(arguments: [["1m"], ["5m"], ["1m", "5m"], ["5m", "1m"]])
    func `over files of two sizes hear each bar once`(sizes: [String]) throws {
        let small = try bars("small.csv", every: 60, 10)
        let large = try bars("large.csv", every: 300, 2)
        for files in [[small, large], [large, small]] {
            let run = try run(sizes, files)
            #expect(run.code == 0, "\(run.errors)")
            if sizes.contains("1m") { #expect(run.errors.contains("1m: 10, 10")) }
            if sizes.contains("5m") { #expect(run.errors.contains("5m: 2, 10")) }
            #expect(run.output.contains("bars of several sizes count twice"))
            #expect(run.output.contains("large.csv"))
        }
    }

    @Test func `over files of which none makes what is wanted name them`() throws {
        let run = try run(
            ["1m", "5m"],
            [try bars("two.csv", every: 120, 10), try bars("five.csv", every: 300, 4)])
        expectOneMessage(
            run, code: 2,
            containing: [
                "bars:2m in", "two.csv", "bars:5m in", "five.csv",
                "none of them makes bars:1m and bars:5m",
            ])
    }

    @Test(arguments: [(nil, 0), ("false", 0), ("true", 1)])
    func `fill what a bar only touches where the settings say so`(
        setting: String?, fills: Int
    ) throws {
        let minutes = try bars("m.csv", every: 60, 5)
        let script = try folder.write(
            "touch.lua",
            """
            subscribe("sim:BTC/USDT", "bars:1m")
            local sent = false
            function on_bar(b)
              if sent then return end
              sent = true
              return buy { qty = 1, price = b.low }
            end
            """)
        let run = try Runner(
            ["backtest", script, "--data", minutes, "--json"],
            environment: setting.map { ["MOONRUNNER__PAPER__BARS_FILL_ON_TOUCH": $0] } ?? [:])
        #expect(run.code == 0, "\(run.errors)")
        #expect(try run.json()["fills"] as? Int == fills)
    }

    @Test func `refuse a size that the bars do not add up to`() throws {
        let two = try bars("two.csv", every: 120, 10)
        expectOneMessage(
            try run(["5m"], [two]), code: 2,
            containing: ["the script wants bars:5m", "its data holds only bars:2m"])
        let weeks = try bars("weeks.csv", every: 7 * 86_400, 5)
        #expect(try run(["7d"], [weeks]).errors.contains("7d: 5,"))
        let ticks = try folder.write(
            "ticks.csv",
            "time,open,high,low,close,volume\n1735689600.25,5,5,5,5,1\n1735689600.61,5,5,5,5,1\n"
                + "1735689604.13,5,5,5,5,1\n")
        expectOneMessage(
            try run(["1m"], [ticks]), code: 2,
            containing: ["bars:360ms", "ticks written as bars", "time, price, qty"])
    }
}
