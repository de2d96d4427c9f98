import ScriptHost
import Testing
import TradingCore
import TradingModel

/// A script over a state that nobody changes: events in, requests out.
final class ScriptRun {
    let strategy: LuaStrategy
    let state: TradingState

    /// `body` is the script behind a subscription to everything of sim:BTC/USDT:USDT.
    init(
        _ body: String, parameters: [ParameterOverride] = [], limits: ScriptLimits = ScriptLimits(),
        seed: UInt64 = 0, state: String? = nil
    ) throws {
        let text =
            "subscribe('sim:BTC/USDT:USDT', 'trades', 'quotes', 'book', 'ticker', 'funding', "
            + "'bars:1m') \(body)"
        strategy = try LuaStrategy(
            text: text, parameters: parameters, limits: limits, seed: seed, state: state)
        self.state = TradingState(
            mode: .backtest, instruments: try ScriptRun.instruments(strategy.symbols),
            now: Timestamp(nanoseconds: 1_700_000_000_250_000_000))
        strategy.attach(to: self.state)
    }

    static func instruments(_ symbols: [Symbol]) throws -> [Instrument] {
        try symbols.enumerated().map { index, symbol in
            Instrument(
                id: InstrumentID(index), symbol: symbol, tick: try Price("0.1"),
                lot: try Quantity("0.001"), takerFee: try Rate("0.0005"))
        }
    }

    static func trade(price: String = "50000.1", quantity: String = "0.25") throws -> Trade {
        Trade(
            instrument: InstrumentID(0), price: try Price(price), quantity: try Quantity(quantity),
            taker: .buy, id: 7, venueTime: Timestamp(nanoseconds: 1_700_000_000_000_000_123),
            receiveTime: Timestamp(nanoseconds: 1_700_000_000_500_000_000))
    }

    /// The requests of one call.
    func requests(_ call: (LuaStrategy) throws -> HandlerOutcome) rethrows -> [StrategyRequest] {
        var requests: [StrategyRequest] = []
        if try call(strategy) != .quiet { strategy.drainOutput(into: &requests) }
        return requests
    }

    /// The requests of `on_trade`.
    @discardableResult
    func trade(price: String = "50000.1", quantity: String = "0.25") throws -> [StrategyRequest] {
        try requests { $0.onTrade(try Self.trade(price: price, quantity: quantity)) }
    }
}

extension [StrategyRequest] {
    /// The log lines, without their levels.
    var lines: [String] {
        compactMap { if case .log(_, let text) = $0 { text } else { nil } }
    }
    var intents: [Intent] {
        compactMap { if case .intent(let intent) = $0 { intent } else { nil } }
    }
    var fatal: String? {
        for case .fatal(let text, _) in self { return text }
        return nil
    }
    var failure: String? {
        for case .failure(let text, _) in self { return text }
        return nil
    }
}

/// What `body` logs when it runs as `on_trade(trade)`.
func logged(_ body: String, setUp: String = "", seed: UInt64 = 0) throws -> [String] {
    let run = try ScriptRun("\(setUp) function on_trade(trade) \(body) end", seed: seed)
    let requests = try run.trade()
    #expect(requests.failure == nil)
    return requests.lines
}

/// The message of the failure of `body` as `on_trade(trade)`, up to the end of its first line.
func failure(_ body: String, setUp: String = "") throws -> String {
    let run = try ScriptRun("\(setUp) function on_trade(trade) \(body) end")
    let text = try run.trade().failure ?? "no failure"
    return String(text.prefix { $0 != "\n" })
}

/// The message with which a script does not load.
func loadFailure(
    _ text: String, parameters: [ParameterOverride] = [], limits: ScriptLimits = ScriptLimits()
) -> String {
    do throws(ScriptError) {
        _ = try LuaStrategy(text: text, parameters: parameters, limits: limits)
        return "loaded"
    } catch {
        return error.description
    }
}
