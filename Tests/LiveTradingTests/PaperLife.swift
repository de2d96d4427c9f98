import Foundation
import JournalStore
import LiveTrading
import Matching
import PaperTrading
import PropertyTesting
import RunFigures
import ScriptHost
import TradingCore
import TradingModel

/// Runs of a restless strategy on one simulated account of the embedded exchange, each killed in some moment.
final class PaperLife {
    let folder: TestFolder
    let instruments: [Instrument]
    let settings: PaperSettings
    private(set) var run: SimulatedRun
    private(set) var time: Timestamp
    private(set) var generation = 1
    private var journal: Journal
    private let seed: UInt64

    /// Of spot, a linear and an inverse perpetual; BTC is held, traded and settled in.
    static let script = """
        local sizes = {["sim:BTC/USDT"] = 0.00123, ["sim:BTC/USDT:USDT"] = 0.007, ["sim:BTC/USD:BTC"] = 7}
        for symbol in pairs(sizes) do subscribe(symbol, "quotes") end
        state.count = state.count or 0
        every(0.7, "beat")
        function on_timer() state.beats = (state.beats or 0) + 1 end
        function on_quote(q)
          if not q.bid or not q.ask then return end
          state.count = state.count + 1
          local dice = math.random(24)
          local qty = sizes[q.symbol] * math.random(5)
          local isBuy = math.random(2) == 1
          local side = isBuy and buy or sell
          local near = isBuy and q.bid or q.ask
          local far = isBuy and q.ask or q.bid
          local tag = "n" .. state.count
          if dice <= 2 then return side{symbol = q.symbol, qty = qty, tag = tag} end
          if dice <= 5 then return side{symbol = q.symbol, qty = qty, price = near, tag = tag} end
          if dice == 6 then return side{symbol = q.symbol, qty = qty, price = far, tif = "ioc", tag = tag} end
          if dice == 7 then
            local stop = isBuy and far * 1.0002 or far * 0.9998
            return side{symbol = q.symbol, qty = qty, stop = stop, tag = tag}
          end
          local open = orders{symbol = q.symbol}
          if dice == 8 and #open > 6 then return cancel(open[1]) end
          if dice == 9 and #open > 0 and open[1].price then return amend(open[1], {qty = open[1].qty * 2}) end
        end
        """

    static let strategy = "/somewhere/restless.lua"

    init(seed: UInt64, random: inout Seeded) throws {
        self.seed = seed
        folder = try TestFolder()
        let takesCoins = random.bool()
        let symbols = ["sim:BTC/USDT", "sim:BTC/USDT:USDT", "sim:BTC/USD:BTC"]
        instruments = try symbols.sorted().enumerated().map { place, text in
            let symbol = try Symbol(text)
            guard let known = SimulatedExchange.instrument(symbol, id: InstrumentID(place)) else {
                throw CocoaError(.featureUnsupported)
            }
            return Instrument(
                id: known.id, symbol: symbol, tick: known.tick, lot: known.lot,
                minQuantity: known.minQuantity, minNotional: known.minNotional,
                makerFee: known.makerFee, takerFee: known.takerFee,
                spotFee: takesCoins && symbol.kind == .spot ? .received : .quote)
        }
        let latency =
            random.bool()
            ? Latency.none : Latency(orderEntry: 40_000_000, response: 25_000_000)
        settings = PaperSettings(
            balances: [
                Currency("USDT"): Money(attos: 50_000 * attosPerUnit),
                Currency("BTC"): Money(attos: 2 * attosPerUnit),
            ], leverage: random.int(1...3), latency: latency)
        time = SimulatedExchange.start
        run = try Self.makeRun(instruments, settings, seed: seed, from: nil, prefix: "mr", nil)
        journal = try Self.open(folder.path("1.journal"), run.opening, instruments, 1, seed, nil)
        run.chronicle = RunJournal(journal, instruments: instruments.count)
    }

    private static func makeRun(
        _ instruments: [Instrument], _ settings: PaperSettings, seed: UInt64,
        from start: Timestamp?, prefix: String, _ state: StrategyState?
    ) throws -> SimulatedRun {
        let strategy = try LuaStrategy.version(startingWith: state) { text throws(ScriptError) in
            try LuaStrategy(text: script, name: "restless.lua", seed: seed, state: text)
        }
        if let state { try strategy.adopt(state) }
        let venue = MatchingVenue(instruments: instruments, settings: settings)
        var engineSettings = EngineSettings()
        engineSettings.orderIDPrefix = prefix
        for instrument in instruments { venue.keepBook(of: instrument.id) }
        engineSettings.sharedBooks = venue.books
        let engine = Engine(
            mode: .paper, instruments: instruments, strategy: strategy, settings: engineSettings,
            now: .distantPast)
        return SimulatedRun(
            engine: engine, venue: venue,
            source: SimulatedMarket(instruments: instruments, seed: seed, from: start),
            feedLatency: 0,
            equity: EquityCurve(
                currency: Currency("USDT"), start: .zero, instruments: instruments, held: [:]),
            reloads: StrategyReloads(settings: ReloadSettings()))
    }

    private static func open(
        _ path: String, _ opening: [Currency: Money], _ instruments: [Instrument],
        _ generation: Int, _ seed: UInt64, _ earlier: String?
    ) throws -> Journal {
        try Journal(
            path,
            beginning: JournalRun(
                name: "run-\(generation)", mode: .paper, venue: "sim", strategy: strategy,
                session: nil, started: SimulatedExchange.start, instruments: instruments,
                version: StrategyVersion(
                    number: 1, hash: "abc", since: SimulatedExchange.start, parameters: "{}",
                    settings: "{}", files: []),
                account: PaperBeginning(opening: opening, marketSeed: seed, earlier: earlier)),
            // It stands: nothing is folded away while files are copied.
            clock: { SimulatedExchange.start })
    }

    func play(milliseconds: Int) throws {
        time = max(time, run.engine.state.now).advanced(
            byNanoseconds: Int64(milliseconds) * 1_000_000)
        _ = try run.advance(to: time)
    }

    /// Ends it in good order.
    func finish() {
        run.finish("over")
        let now = run.engine.state.now
        _ = journal.finish(reason: "over", at: max(time, now), until: .distantFuture)
    }

    /// What a process that dies now leaves: its tail first, for what leaves that is in the file already.
    func leave() throws -> String {
        let (old, new) = (
            folder.path("\(generation).journal"), folder.path("\(generation + 1).journal")
        )
        for end in [".tail", "", "-wal"] where FileManager.default.fileExists(atPath: old + end) {
            try FileManager.default.copyItem(atPath: old + end, toPath: new + end)
        }
        return new
    }

    func memory(at path: String) throws -> StrategyMemory? {
        try StrategyMemory.readPaper(
            of: Self.strategy, trading: instruments.map(\.symbol), in: path)
    }

    /// The next run, which goes on with what the last one left.
    func restart(with memory: StrategyMemory, at path: String) throws {
        guard let account = memory.paper else { throw CocoaError(.fileReadCorruptFile) }
        generation += 1
        time = account.reached
        run = try Self.makeRun(
            instruments, settings, seed: seed, from: account.reached,
            prefix: "mr\(account.runs + 1)", memory.state?.state)
        journal = try Self.open(
            path, account.opening, instruments, generation, seed, memory.run.name)
        run.chronicle = RunJournal(journal, instruments: instruments.count)
        try run.resume(memory.earlierRun(instruments), at: account.reached)
    }
}
