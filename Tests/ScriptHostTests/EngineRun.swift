import ScriptHost
import TradingCore
import TradingModel

/// A script under a real engine: inputs in, commands out.
final class EngineRun {
    private(set) var engine: Engine
    private var time: Int64 = 1_700_000_000_000_000_000
    let strategy: LuaStrategy

    init(_ strategy: LuaStrategy, books: [OrderBook?]? = nil) throws {
        var settings = EngineSettings()
        settings.sharedBooks = books
        self.strategy = strategy
        engine = Engine(
            mode: .backtest, instruments: try ScriptRun.instruments(strategy.symbols),
            strategy: strategy, settings: settings, now: Timestamp(nanoseconds: time))
    }

    convenience init(_ script: String) throws { try self.init(LuaStrategy(text: script)) }

    var now: Timestamp { Timestamp(nanoseconds: time) }

    /// The commands that one input leads to, a second after the last.
    func process(_ input: (Timestamp) throws -> EngineInput) rethrows -> [Command] {
        time += 1_000_000_000
        var commands: [Command] = []
        engine.process(try input(now), into: &commands)
        return commands
    }

    func start() -> [Command] { process { .start(.first, at: $0) } }

    func trade(_ price: String) throws -> [Command] {
        try process { time in
            .market(
                .trade(
                    Trade(
                        instrument: InstrumentID(0), price: try Price(price),
                        quantity: try Quantity("1"), taker: .sell, venueTime: time,
                        receiveTime: time)))
        }
    }

    func report(_ order: ClientOrderID, _ event: OrderEvent) -> [Command] {
        process { time in
            .report(
                ExecutionReport(
                    order: order, instrument: InstrumentID(0), event: event, venueTime: time,
                    receiveTime: time))
        }
    }
}

extension [Command] {
    var submitted: [ApprovedOrder] {
        compactMap { if case .submit(let order) = $0 { order } else { nil } }
    }
    var lines: [String] {
        compactMap { if case .log(_, let text) = $0 { text } else { nil } }
    }
}
