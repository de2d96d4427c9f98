import ArgumentParser
import Glibc
import MarketFiles
import PaperTrading
import TradingModel
import VenueSimulators

/// Which market a simulated venue has: the synthetic one, or recorded files.
struct SimulatedMarketOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Recorded market: SYMBOL=FILE, any file that backtest reads (default: synthetic).",
            valueName: "symbol=file"))
    var data: [String] = []

    @Option(
        name: .customLong("instrument"),
        help: ArgumentHelp(
            "What the files do not say, such as tick=0.01,lot=0.001; SYMBOL=tick=… for one.",
            valueName: "facts"))
    var instruments: [String] = []

    @Option(help: "Seconds of the market that pass in each real one; whole, from 1.")
    var speed: Int64 = 1

    @Option(
        name: .customLong("quiet-after"),
        help: ArgumentHelp(
            "Real time after which the market stands still, and the venue serves on.",
            valueName: "time"))
    var quiet: String?

    typealias Maker = @Sendable (Timestamp) throws -> any VenueSimulator

    /// Of the synthetic market, what lies before the start, for candles and deals: ten minutes.
    private static let history: Int64 = 600_000_000_000
    /// The files' events come this fast at most: beyond it no client keeps up.
    private static let highestSpeed: Int64 = 10_000

    /// In a few words, for people.
    var description: String {
        let pace = speed == 1 ? "" : ", \(speed) times as fast"
        return (data.isEmpty ? "synthetic" : data.joined(separator: ", ")) + pace
    }

    /// What makes the simulator on the loop that serves it; the files are looked at before.
    func maker(
        _ choice: SimulatorChoice, _ plan: FaultPlan, seed: UInt64,
        _ make: @escaping SimulatorChoice.Maker
    ) throws -> Maker {
        guard (1...Self.highestSpeed).contains(speed) else {
            throw RunFailure(
                .usage, "--speed is `\(speed)`, expected a whole number from 1 to 10000")
        }
        let quietAfter = try checkedQuiet()
        if data.isEmpty, !instruments.isEmpty {
            throw RunFailure(.usage, "--instrument describes the files of --data; there are none")
        }
        let venue =
            data.isEmpty
            ? synthetic(choice, seed: seed, quietAfter, make)
            : try recorded(choice, quietAfter, make)
        guard !plan.shares.isEmpty else { return venue }
        return { start in
            FaultySimulator(try venue(start), plan: plan, seed: seed, start: start)
        }
    }

    private func checkedQuiet() throws(RunFailure) -> Int64? {
        guard let quiet else { return nil }
        guard let span = SettingValue.nanoseconds(quiet, bareUnit: 1_000_000_000), span > 0 else {
            throw RunFailure(
                .usage, "--quiet-after is `\(quiet)`, expected a time such as 30s or 10m")
        }
        return span
    }

    private func synthetic(
        _ choice: SimulatorChoice, seed: UInt64, _ quietAfter: Int64?,
        _ make: @escaping SimulatorChoice.Maker
    ) -> Maker {
        { [speed] start in
            let instruments = choice.syntheticInstruments
            let source = SimulatedMarket(instruments: instruments, seed: seed)
            let feed = SimulatedFeed(
                source, start: start, history: Self.history, speed: speed, quietAfter: quietAfter)
            return make(instruments, feed, start)
        }
    }

    private func recorded(
        _ choice: SimulatorChoice, _ quietAfter: Int64?, _ make: @escaping SimulatorChoice.Maker
    ) throws -> Maker {
        let symbols = try symbols(choice)
        do {
            // So that a bad file is reported before anything listens.
            let files = try open(symbols)
            if let strange = files.instruments.first(where: { !choice.trades($0) }) {
                throw RunFailure(
                    .usage, "--data: \(choice.name) has no market for \(strange.symbol)")
            }
        } catch let failure as RunFailure {
            throw RunFailure(.usage, failure.message)
        }
        return { [self] start in
            let files = try open(symbols)
            let feed = SimulatedFeed(
                files.source, start: start, speed: speed, quietAfter: quietAfter)
            return make(files.instruments, feed, start)
        }
    }

    private func open(_ symbols: [Symbol]) throws -> BacktestData {
        try BacktestData(
            data, instruments: instruments, symbols: symbols,
            options: MarketFileOptions(), settings: try Settings([]))
    }

    /// The symbols that the files are given for, each once.
    private func symbols(_ choice: SimulatorChoice) throws(RunFailure) -> [Symbol] {
        var symbols: [Symbol] = []
        for text in data {
            let argument = DataArgument(text)
            guard let symbol = argument.symbol else {
                throw RunFailure(
                    .usage,
                    "--data: say which market `\(argument.path)` is: "
                        + "--data \(choice.name):\(choice.example)=\(argument.path)")
            }
            if !symbols.contains(symbol) { symbols.append(symbol) }
        }
        return symbols
    }
}

/// Sleeps, unless a signal ends it early.
func pause(nanoseconds: Int64) {
    var span = timespec(
        tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    unsafe nanosleep(&span, nil)
}
