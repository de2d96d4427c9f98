import Matching
import PaperTrading
import PropertyTesting
import TestInstruments
import Testing
import TradingCore
import TradingModel

/// Random orders on the simulated exchange's data, checked against a ledger kept from the reports.
@Suite struct `Conservation` {
    @Test(arguments: seeds)
    func `every digit of every balance is explained by the reports`(seed: UInt64) throws {
        let markets: [(symbol: String, spotFee: SpotFee)] = [
            ("sim:BTC/USDT", .quote), ("sim:BTC/USDT", .received), ("sim:BTC/USDT:USDT", .quote),
            ("sim:BTC/USD:BTC", .quote), ("sim:PEPE/USDT", .quote), ("sim:PEPE/USDT", .received),
        ]
        for (symbol, spotFee) in markets {
            let session = try RandomSession(symbol, spotFee, seed: seed)
            try session.run(seconds: 60)
            session.checkLedger()
            session.cancelAll()
            session.checkNothingReserved()
            session.checkOrderStates()
            #expect(session.fills > 0, "seed \(seed), \(symbol)")
        }
    }
}

/// A random trader: about one command for every ten events.
private final class RandomSession {
    private let instrument: Instrument
    private let venue: MatchingVenue
    private let symbol: String
    private let seed: UInt64
    private var random: Seeded
    private var now = SimulatedExchange.start
    private var orderCount = 0
    private var reports: [ExecutionReport] = []
    private var requests: [ClientOrderID: OrderRequest] = [:]
    private var last: Price
    private(set) var fills = 0
    /// Settle and base currency, as the reports explain them.
    private var settle: Money
    private var base: Money
    private var net = SignedQuantity.zero
    private var isOverdrawn = false

    init(_ symbol: String, _ spotFee: SpotFee, seed: UInt64) throws {
        let found = try #require(
            try SimulatedExchange.instrument(Symbol(symbol), id: InstrumentID(0)))
        instrument = Instrument(
            id: found.id, symbol: found.symbol, tick: found.tick, lot: found.lot,
            minQuantity: found.minQuantity, minNotional: found.minNotional,
            makerFee: found.makerFee, takerFee: found.takerFee, spotFee: spotFee)
        self.symbol = symbol
        self.seed = seed
        random = Seeded(seed)
        last = .zero
        settle = money(instrument.kind == .inverse ? "0.1" : "3000")
        base = instrument.kind == .spot ? money("0.01") : .zero
        var balances = [instrument.settle: settle]
        if instrument.kind == .spot { balances[instrument.symbol.base] = base }
        let settings = PaperSettings(
            balances: balances, leverage: 5,
            latency: random.bool() ? .none : Latency(orderEntry: 30_000_000, response: 20_000_000))
        venue = MatchingVenue(instruments: [instrument], settings: settings)
    }

    func run(seconds: Int64) throws {
        try forEachEvent(of: [symbol], seed: seed, seconds: seconds) { event in
            now = max(now, event.venueTime)
            deliver()
            venue.process(event)
            if case .trade(let trade) = event { last = trade.price }
            if last != .zero, random.chance(10) { act() }
            deliver()
            checkAvailable()
        }
        now = now.advanced(byNanoseconds: 1_000_000_000)
        deliver()
    }

    private func act() {
        let known = requests.keys.sorted()
        switch random.int(1...10) {
        case 1...2 where !known.isEmpty:
            venue.cancel(random.pick(known), instrument.id, at: now)
        case 3...4 where !known.isEmpty:
            let id = random.pick(known)
            venue.amend(
                id, instrument.id, price: random.bool() ? nearPrice() : nil,
                quantity: random.bool() ? someQuantity() : nil, at: now)
        default: submit()
        }
    }

    private func submit() {
        orderCount += 1
        let id = ClientOrderID("\(1_000_000 + orderCount)")
        let price = random.chance(70) ? nearPrice() : nil
        let request = OrderRequest(
            instrument: instrument.id, side: random.bool() ? .buy : .sell,
            quantity: someQuantity(), price: price,
            timeInForce: price == nil ? .gtc : random.pick([.gtc, .gtc, .gtc, .ioc, .fok]),
            isPostOnly: false, isReduceOnly: random.chance(15),
            stop: random.chance(15) ? nearPrice() : nil)
        requests[id] = request
        venue.submit(id, request, at: now)
    }

    private func nearPrice() -> Price {
        Price(attos: last.attos + Int128(random.int(-30...30)) * instrument.tick.attos)
    }

    /// Up to what the account can just about pay for, and sometimes beyond.
    private func someQuantity() -> Quantity {
        let worth = instrument.kind == .inverse ? 12_000.0 : 4_000.0
        let unit = instrument.kind == .inverse ? 1 : last.double
        let lots = worth / unit / instrument.lot.double
        return Quantity(attos: Int128(random.int(1...max(1, Int(lots)))) * instrument.lot.attos)
    }

    private func deliver() {
        venue.advance(to: now) { input in
            guard case .report(let report) = input else { return }
            reports.append(report)
            guard case .fill(let fill) = report.event, let request = requests[report.order] else {
                return
            }
            book(fill, request.side)
        }
    }

    /// The independent ledger: nothing here knows of margins, averages or reservations.
    private func book(_ fill: Fill, _ side: Side) {
        fills += 1
        let takesCoins = instrument.spotFee == .received && side == .buy
        #expect(
            fill.feeCurrency == (takesCoins ? instrument.symbol.base : instrument.settle),
            "seed \(seed), \(symbol)")
        net += fill.quantity.signed(side)
        if takesCoins {
            base -= fill.fee
            net += SignedQuantity(attos: -fill.fee.attos)
        } else {
            settle -= fill.fee
        }
        guard
            let worth = instrument.contract.value(of: fill.quantity, at: fill.price, .halfEven)
        else { return }
        if instrument.kind == .spot { base += Money(attos: fill.quantity.signed(side).attos) }
        // An inverse contract is worth more base currency the lower the price: selling pays it.
        let isPaid = (side == .buy) != (instrument.kind == .inverse)
        settle += isPaid ? -worth : worth
    }

    func checkLedger() {
        #expect(venue.account.positions[0].net == net, "seed \(seed), \(symbol)")
        let total = venue.account.balance(of: instrument.settle)?.total
        if instrument.kind == .spot {
            #expect(total == settle, "seed \(seed), \(symbol)")
            #expect(venue.account.balance(of: instrument.symbol.base)?.total == base)
            // What was paid for the position, less what it brought, is what it shows as lost.
            let position = venue.account.positions[0]
            let spent = position.net.side == .sell ? -position.entryValue : position.entryValue
            let shown = position.realisedPnL - position.fees - spent
            #expect(total == money("3000") + shown, "seed \(seed), \(symbol)")
            return
        }
        // What the fills brought in and cost, plus what is still held, is the balance plus what
        // closing would realise.
        let held = instrument.contract.value(of: net.magnitude, at: last, .halfEven) ?? .zero
        let isAsset = (net.side != .sell) != (instrument.kind == .inverse)
        let open = venue.account.positions[0].unrealisedPnL(at: last) ?? .zero
        #expect(
            total.map { $0 + open } == settle + (isAsset ? held : -held), "seed \(seed), \(symbol)")
    }

    /// Spot never owes; that a perpetual's losses may is its nature.
    private func checkAvailable() {
        guard instrument.kind == .spot, !isOverdrawn else { return }
        for balance in venue.account.balances where balance.available < .zero {
            isOverdrawn = true
            Issue.record("\(balance) is overdrawn, seed \(seed), \(symbol)")
        }
    }

    func cancelAll() {
        for id in requests.keys.sorted() { venue.cancel(id, instrument.id, at: now) }
        now = now.advanced(byNanoseconds: 1_000_000_000)
        deliver()
        #expect(venue.openOrderCount == 0)
    }

    func checkNothingReserved() {
        for balance in venue.account.balances {
            var bound = Money.zero
            if instrument.kind != .spot, balance.currency == instrument.settle {
                let entry = venue.account.positions[0].entryValue.attos
                bound = Money(attos: (entry + 4) / 5)
            }
            #expect(balance.available == balance.total - bound, "seed \(seed), \(symbol)")
        }
    }

    /// Every order's reports are a way through its states, and each fill is told once.
    func checkOrderStates() {
        var states: [ClientOrderID: OrderState] = requests.mapValues { OrderState(of: $0) }
        var quantities = requests.mapValues(\.quantity)
        var ids: Set<String> = []
        for report in reports {
            guard let state = states[report.order], let size = quantities[report.order] else {
                continue
            }
            if case .fill(let fill) = report.event { #expect(ids.insert(fill.id).inserted) }
            if case .cancelRejected = report.event { continue }  // the session never says it asked
            if case .amendRejected = report.event { continue }
            do {
                states[report.order] = try state.after(report.event, quantity: size)
            } catch { Issue.record("\(report.order): \(error), seed \(seed), \(symbol)") }
            if case .amended(_, let new) = report.event { quantities[report.order] = new }
        }
        for (id, state) in states where state.isOpen {
            Issue.record("\(id) is still \(state.name), seed \(seed), \(symbol)")
        }
    }
}
