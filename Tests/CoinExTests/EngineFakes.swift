import AccountSession
import CoinEx
import HostileVenues
import TradingCore
import TradingModel
import VenueSessions
import WireText

/// The approved amendment of an engine's first order, `mrtest-1`.
func amendment(
    of request: OrderRequest, price: String?, quantity: String?, _ instruments: [Instrument],
    _ now: Timestamp
) throws -> ApprovedAmendment {
    let idle = AskingStrategy()
    idle.requests = [.intent(.place(request))]
    var settings = EngineSettings()
    settings.orderIDPrefix = "mrtest"
    var engine = Engine(
        mode: .live, instruments: instruments, strategy: idle, settings: settings, now: now)
    var commands: [Command] = []
    engine.process(.start(.first, at: now), into: &commands)
    let id = ClientOrderID("mrtest-1")
    engine.process(
        .report(
            ExecutionReport(
                order: id, instrument: request.instrument, event: .accepted(VenueOrderID("1")),
                venueTime: now, receiveTime: now)), into: &commands)
    idle.requests = [
        .intent(
            .amend(
                id, price: try price.map { try Price($0) },
                quantity: try quantity.map { try Quantity($0) }))
    ]
    engine.process(.start(.reload, at: now), into: &commands)
    for case .amend(let approved) in commands { return approved }
    throw BadMessage("the gate refused the amendment: \(commands)")
}

/// An engine that holds what a reduce-only order would reduce.
struct PositionHolder {
    let opening: OrderRequest

    init(_ request: OrderRequest) {
        opening = OrderRequest(
            instrument: request.instrument, side: request.side.opposite,
            quantity: request.quantity, price: request.price)
    }

    func approve(
        _ request: OrderRequest, _ id: ClientOrderID, _ instruments: [Instrument], _ now: Timestamp
    ) throws -> ApprovedOrder {
        let idle = AskingStrategy()
        idle.requests = [.intent(.place(opening))]
        var engine = Engine(
            mode: .live, instruments: instruments, strategy: idle, settings: EngineSettings(),
            now: now)
        var commands: [Command] = []
        engine.process(.start(.first, at: now), into: &commands)
        for case .submit(let order) in commands {
            let fill = Fill(
                id: "1", price: opening.price ?? Price(attos: attosPerUnit),
                quantity: opening.quantity, liquidity: .taker, fee: .zero,
                feeCurrency: Currency("USDT"))
            engine.process(
                .report(
                    ExecutionReport(
                        order: order.id, instrument: opening.instrument, event: .fill(fill),
                        venueTime: now, receiveTime: now)), into: &commands)
        }
        var request = request
        request.isReduceOnly = true
        var gate = RiskGate(limits: RiskLimits())
        return try gate.approve(request, id: id, given: engine.state)
    }
}
