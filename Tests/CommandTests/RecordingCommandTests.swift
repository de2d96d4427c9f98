import Foundation
import MarketFiles
import Testing
import TradingModel

@Suite struct `A backtest over a recording` {
    private let folder: TemporaryFolder
    private let script: String

    private static let symbol = "coinex:BTC/USDT:USDT"
    private static let start: Int64 = 1_700_000_000_000_000_000

    init() throws {
        folder = try TemporaryFolder()
        script = try folder.write(
            "script.lua",
            """
            local p = params { symbol = "coinex:BTC/USDT:USDT" }
            subscribe(p.symbol, "trades")
            subscribe(p.symbol, "book")
            subscribe(p.symbol, "quotes")
            local bought = false
            function on_start()
              local i = instrument(p.symbol)
              log.info("tick %g lot %g", i.tick, i.lot)
            end
            function on_trade(t)
              if bought then return end
              bought = true
              return buy { symbol = p.symbol, qty = 0.5 }
            end

            """)
    }

    /// Records a book and two trades, and gives the array's path.
    private func record() throws -> String {
        let instrument = Instrument(
            id: InstrumentID(0), symbol: try Symbol(Self.symbol), tick: try Price("0.5"),
            lot: try Quantity("0.002"), minQuantity: try Quantity("0.004"),
            makerFee: try Rate("0.0003"), takerFee: try Rate("0.001"))
        let recorder = try Recorder(
            folder: folder.url.path,
            instruments: [
                RecordedInstrument(instrument: instrument, feeds: [.trades, .quotes, .book])
            ],
            version: "0.1.0", at: Timestamp(nanoseconds: Self.start))
        let time = Timestamp(nanoseconds: Self.start)
        try recorder.record(
            .book(
                BookChange(
                    instrument: instrument.id, kind: .clear, endsMessage: false, venueTime: time,
                    receiveTime: time)))
        for (side, price) in [(Side.buy, "100"), (.sell, "101")] {
            try recorder.record(
                .book(
                    BookChange(
                        instrument: instrument.id, kind: .level, side: side,
                        price: try Price(price), quantity: try Quantity("4"),
                        endsMessage: side == .sell, venueTime: time, receiveTime: time)))
        }
        for second in 1...2 {
            let time = time.advanced(byNanoseconds: Int64(second) * 1_000_000_000)
            try recorder.record(
                .trade(
                    Trade(
                        instrument: instrument.id, price: try Price("101"),
                        quantity: try Quantity("0.002"), taker: .buy, id: UInt64(second),
                        venueTime: time, receiveTime: time)))
        }
        try recorder.finish(at: time.advanced(byNanoseconds: 3_000_000_000))
        return recorder.summary.entries[0].files[0]
    }

    @Test func `takes tick, lot and fees from the recording, without a word from the user`() throws
    {
        let file = try record()
        let run = try Runner(["backtest", script, "--data", file])
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors.contains("tick 0.5 lot 0.002"), "\(run.errors)")
        let line =
            "\(Self.symbol): linear, tick 0.5, lot 0.002, fees 0.0003 maker, 0.001 taker (from the "
            + "recording \(file))"
        #expect(run.output.contains(line), "\(run.output)")
        let json = try Runner(["backtest", script, "--data", file, "--json"])
        // 0.5 at 101, of which the taker pays 0.1 %.
        #expect(json.output.contains(#""fees":"0.0505""#), "\(json.output)")
    }

    @Test func `lets flags and settings win, and says which did`() throws {
        let file = try record()
        let run = try Runner([
            "backtest", script, "--data", file, "--instrument", "tick=0.25", "--fees", "taker=0.2%",
        ])
        #expect(run.code == 0, "\(run.errors)")
        let line =
            "tick 0.25, lot 0.002, fees 0.0003 maker, 0.002 taker (from the recording \(file); tick "
            + "by --instrument; taker fee by the settings)"
        #expect(run.output.contains(line), "\(run.output)")
    }

    @Test func `of another symbol than the script's says what to do, and does it when told`() throws
    {
        let file = try record()
        let other = ["backtest", script, "--set", "symbol=sim:ETH/USDT:USDT", "--data"]
        let refused = try Runner(other + [file])
        #expect(refused.code == 2)
        #expect(
            refused.errors.contains(
                "`\(file)` is a recording of \(Self.symbol), but the script subscribes to "
                    + "sim:ETH/USDT:USDT; give the script that symbol (--set symbol=\(Self.symbol) "
                    + "where it has such a parameter), or let the recording stand for another: "
                    + "--data sim:ETH/USDT:USDT=\(file)"), "\(refused.errors)")
        let told = try Runner(other + ["sim:ETH/USDT:USDT=\(file)"])
        #expect(told.code == 0, "\(told.errors)")
        #expect(told.errors.contains("tick 0.5 lot 0.002"), "\(told.errors)")
        let spot = try Runner([
            "backtest", script, "--set", "symbol=sim:ETH/USDT", "--data", "sim:ETH/USDT=\(file)",
        ])
        #expect(spot.code == 2)
        #expect(spot.errors.contains("(linear), which cannot stand for sim:ETH/USDT (spot)"))
    }

    @Test func `whose sidecar is damaged names the field`() throws {
        let file = try record()
        let sidecar = file.replacing(".npy", with: ".json")
        let text = try String(contentsOfFile: sidecar, encoding: .utf8)
        try Data(text.replacing(#""tick": "0.5""#, with: #""tick": "-1""#).utf8)
            .write(to: URL(fileURLWithPath: sidecar))
        let run = try Runner(["backtest", script, "--data", file])
        #expect(run.code == 1)
        #expect(run.errors.contains("\(sidecar): `tick` is `-1`, expected a decimal above 0"))
    }

    @Test func `that lost its end with the power is run as far as it goes, and says so`() throws {
        let file = try record()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        try bytes.dropLast(70).write(to: URL(fileURLWithPath: file))
        let run = try Runner(["backtest", script, "--data", file])
        #expect(run.code == 0, "\(run.errors)")
        #expect(
            run.output.contains("is cut off: 3 whole rows of the 5 that its header promises"),
            "\(run.output)")
    }
}
