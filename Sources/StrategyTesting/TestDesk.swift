import PaperTrading
import ScriptHost
import TradingModel

/// Answers what the library of a test file asks: declares tests, loads strategies, calls them.
final class TestDesk {
    /// The tests declared, in order; the line where, where it is known.
    private(set) var tests: [(name: String, line: Int?)] = []
    /// How many expectations the last test that passed had.
    private(set) var expectations = 0
    private var strategies: [StrategyUnderTest] = []
    private let folder: String
    private let limits: ScriptLimits

    /// Strategies that one test loads at most: each is a Lua state of its own.
    private static let mostStrategies = 1_000

    init(folder: String, limits: ScriptLimits) {
        self.folder = folder
        self.limits = limits
    }

    func answer(_ name: String, _ value: PlainValue) throws(TestRefusal) -> PlainValue {
        switch name {
        case "test":
            let place = value["place"].text ?? ""
            tests.append((value["name"].text ?? "", TestScript.place(place)))
            return .none
        case "begin":
            strategies = []
            expectations = 0
            return .none
        case "count":
            if case .integer(let count) = value { expectations = Int(count) }
            return .none
        case "load": return try load(value)
        default: return try ask(name, value, of: try strategy(value))
        }
    }

    private func ask(
        _ name: String, _ value: PlainValue, of tested: StrategyUnderTest
    ) throws(TestRefusal) -> PlainValue {
        switch name {
        case "deliver":
            return try tested.deliver(value["handler"].text ?? "", value["event"]).plain
        case "account":
            try tested.account(value["given"])
            return .none
        case "market":
            try tested.market(try Self.events(value))
            return .none
        case "advance":
            return try tested.advance(nanoseconds: try value.nanoseconds("seconds") ?? 0).plain
        case "play": return try tested.play(try Self.events(value))
        case "look": return try tested.value(value["name"].text ?? "")
        case "has": return .boolean(tested.strategy.handles(value["name"].text ?? ""))
        default: throw TestRefusal("there is no `\(name)`")
        }
    }

    /// The list of events, which begins at place 1.
    private static func events(_ value: PlainValue) throws(TestRefusal) -> PlainValue {
        let events = value["events"]
        guard events.others.isEmpty else {
            throw TestRefusal("the list of events has nothing at place 1")
        }
        return events
    }

    private func strategy(_ value: PlainValue) throws(TestRefusal) -> StrategyUnderTest {
        guard let id = value.whole("strategy"), strategies.indices.contains(Int(id)) else {
            throw TestRefusal(
                "this strategy belongs to a test that is over: each test loads its own")
        }
        return strategies[Int(id)]
    }

    // MARK: - Loading

    private func load(_ value: PlainValue) throws(TestRefusal) -> PlainValue {
        guard strategies.count < Self.mostStrategies else {
            throw TestRefusal("one test loads at most \(Self.mostStrategies) strategies")
        }
        let file = value["file"].text ?? ""
        let path = file.hasPrefix("/") ? file : folder == "." ? file : "\(folder)/\(file)"
        let options = value["options"]
        let strategy: LuaStrategy
        do throws(ScriptError) {
            strategy = try LuaStrategy(
                file: path, parameters: try parameters(value["params"]), limits: limits,
                seed: UInt64(clamping: options.whole("seed") ?? 0),
                state: options["state"].isNone ? nil : "return " + options["state"].constructorText)
        } catch {
            // Overrides come from the command line otherwise, and the messages say so.
            let text = error.description.replacing("--set ", with: "")
            throw TestRefusal("the strategy cannot be loaded: \(text)")
        }
        guard !strategy.symbols.isEmpty else {
            throw TestRefusal("\(path) subscribes to nothing: there is nothing to test it with")
        }
        let tested = StrategyUnderTest(
            strategy, instruments: try instruments(strategy.symbols, options["instruments"]))
        strategies.append(tested)
        return .fields([
            "id": .integer(Int64(strategies.count - 1)),
            "symbols": .list(strategy.symbols.map { .text($0.description) }),
            "output": tested.drainLoadOutput().plain,
        ])
    }

    private func parameters(_ given: PlainValue) throws(ScriptError) -> [ParameterOverride] {
        var overrides: [ParameterOverride] = []
        for (name, value) in given.fields.sorted(by: { $0.key < $1.key }) {
            guard let text = value.argument else {
                throw ScriptError(
                    file: "", message: "parameter `\(name)` is given no number, text, true or false"
                )
            }
            overrides.append(ParameterOverride(name: name, text: text))
        }
        guard given.list.isEmpty, given.others.isEmpty else {
            throw ScriptError(
                file: "", message: "parameters have names: strategy(file, { fast = 3 })")
        }
        return overrides
    }

    private func instruments(
        _ symbols: [Symbol], _ given: PlainValue
    ) throws(TestRefusal) -> [Instrument] {
        for name in given.fields.keys.sorted()
        where !symbols.contains(where: { $0.description == name }) {
            throw TestRefusal("`instruments` names \(name), which the strategy does not have")
        }
        var instruments: [Instrument] = []
        for symbol in symbols {
            let id = InstrumentID(instruments.count)
            let facts = given[symbol.description]
            let known = SimulatedExchange.instrument(symbol, id: id)
            instruments.append(try instrument(symbol, id, facts, known))
        }
        return instruments
    }

    /// The embedded exchange's instrument, or one with a tick of 0.01, a lot of 0.0001 and no fees;
    /// with what the test says otherwise.
    private func instrument(
        _ symbol: Symbol, _ id: InstrumentID, _ given: PlainValue, _ known: Instrument?
    ) throws(TestRefusal) -> Instrument {
        let fields = [
            "tick", "lot", "min_qty", "min_notional", "contract_size", "maker_fee", "taker_fee",
        ]
        if let unknown = given.fields.keys.sorted().first(where: { !fields.contains($0) }) {
            throw TestRefusal(
                "`instruments` has no field `\(unknown)`; there are "
                    + fields.joined(separator: ", "))
        }
        let tick = try given.price("tick") ?? known?.tick ?? Price(attos: attosPerUnit / 100)
        let lot = try given.quantity("lot") ?? known?.lot ?? Quantity(attos: attosPerUnit / 10_000)
        let size =
            try given.quantity("contract_size") ?? known?.contractSize
            ?? Quantity(attos: attosPerUnit)
        guard tick > .zero, lot > .zero, size > .zero else {
            throw TestRefusal("tick, lot and contract size of \(symbol) are above 0")
        }
        return Instrument(
            id: id, symbol: symbol, tick: tick, lot: lot,
            minQuantity: try given.quantity("min_qty") ?? known?.minQuantity ?? .zero,
            minNotional: try given.money("min_notional") ?? known?.minNotional ?? .zero,
            contractSize: size,
            makerFee: try given.rate("maker_fee") ?? known?.makerFee ?? .zero,
            takerFee: try given.rate("taker_fee") ?? known?.takerFee ?? .zero)
    }
}
