import LiveTrading
import ScriptHost
import TradingCore
import TradingModel
import VenueSessions

/// A live run of a script on one perpetual, with the venue's side by hand.
struct LiveSetting {
    static let perpetual = InstrumentID(0)
    let run: LiveRun
    private(set) var now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    private var fills = 0

    static func instrument() throws -> Instrument {
        Instrument(
            id: perpetual, symbol: try Symbol("coinex:BTC/USDT:USDT"), tick: try Price("0.1"),
            lot: try Quantity("0.001"))
    }

    static func strategy(_ text: String) throws -> LuaStrategy {
        try LuaStrategy(
            text: "subscribe(\"coinex:BTC/USDT:USDT\", \"trades\")\n" + text, name: "test.lua")
    }

    init(
        _ script: String, reloads: StrategyReloads? = nil, limits: RiskLimits = RiskLimits()
    ) throws {
        var settings = EngineSettings()
        settings.limits = limits
        let engine = Engine(
            mode: .live, instruments: [try Self.instrument()], strategy: try Self.strategy(script),
            settings: settings, now: now)
        run = LiveRun(engine: engine, reloads: reloads)
    }

    var position: SignedQuantity { run.engine.state.positions[0].net }
    var firstOrder: Order? { run.engine.state.orders[1] }

    mutating func pass(seconds: Int64) {
        now = now.advanced(byNanoseconds: seconds * 1_000_000_000)
        run.pause(run.obstacle, at: now)
        run.pass(until: now)
    }

    mutating func trade(at price: String = "100") throws {
        run.apply(
            .market(
                .trade(
                    Trade(
                        instrument: Self.perpetual, price: try Price(price),
                        quantity: try Quantity("1"), taker: .buy, id: 1, venueTime: now,
                        receiveTime: now))), at: now)
    }

    mutating func quote(bid: String, ask: String) throws {
        let one = try Quantity("1")
        run.apply(
            .market(
                .quote(
                    Quote(
                        instrument: Self.perpetual,
                        bid: BookLevel(price: try Price(bid), quantity: one),
                        ask: BookLevel(price: try Price(ask), quantity: one), venueTime: now,
                        receiveTime: now))), at: now)
    }

    mutating func claim(_ net: String, at price: String? = nil, isForced: Bool = false) throws {
        run.apply(
            VenuePosition(
                instrument: Self.perpetual, net: try SignedQuantity(net),
                averagePrice: try price.map { try Price($0) }, isForced: isForced,
                receiveTime: now), at: now)
    }

    mutating func report(_ event: OrderEvent) {
        guard let order = firstOrder else { return }
        run.apply(
            .report(
                ExecutionReport(
                    order: order.id, instrument: Self.perpetual, event: event, venueTime: now,
                    receiveTime: now)), at: now)
    }

    mutating func fill(_ quantity: String, at price: String = "100") throws {
        fills += 1
        report(
            .fill(
                Fill(
                    id: "\(fills)", price: try Price(price), quantity: try Quantity(quantity),
                    liquidity: .taker, fee: .zero, feeCurrency: Currency("USDT"))))
    }
}
