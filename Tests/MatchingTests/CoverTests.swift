import Matching
import PropertyTesting
import TestInstruments
import Testing
import TradingCore
import TradingModel

/// What the account sets aside, held against a plain computation from the reports alone.
@Suite struct `Reservations` {
    @Test(arguments: seeds)
    func `what is set aside is what the open orders need, as far as there is money`(
        seed: UInt64
    ) {
        for symbol in ["test:BTC/USDT", "test:BTC/USDT:USDT", "test:BTC/USD:BTC"] {
            let trader = CoverTrader(symbol, seed: seed)
            for _ in 0..<250 { trader.step() }
            #expect(trader.fills > 0, "seed \(seed), \(symbol)")
        }
    }
}

/// A random trader over a random book, with little money, who asks for everything there is.
private final class CoverTrader {
    /// An open order as its reports tell of it.
    private struct Open {
        var request: OrderRequest
        var filled = Quantity.zero
        var sleeps: Bool
    }

    private let made: Instrument
    private let label: String
    private let test: TestVenue
    private var random: Seeded
    private var requests: [ClientOrderID: OrderRequest] = [:]
    private var open: [ClientOrderID: Open] = [:]
    private var heard = 0
    private var base: Money
    private var count = 0
    private(set) var fills = 0
    private static let leverage: Int128 = 3

    init(_ symbol: String, seed: UInt64) {
        made = instrument(
            symbol, tick: "0.5", lot: "0.1", contractSize: symbol.hasSuffix(":BTC") ? "10" : "1",
            makerFee: "0.0002", takerFee: "0.0007")
        label = "seed \(seed), \(symbol)"
        random = Seeded(seed)
        base = money("3")
        let balances = [
            Currency("USDT"): money("2000"),
            Currency("BTC"): made.kind == .inverse ? money("2") : base,
        ]
        test = TestVenue(
            [made], PaperSettings(balances: balances, leverage: Int(Self.leverage)))
    }

    func step() {
        let middle = random.int(95...105)
        switch random.int(1...10) {
        case 1...2:
            test.trade(
                "\(middle)", "\(random.int(1...9)).05", taker: random.pick([.buy, .sell, nil]))
        case 3...4:
            test.book(
                bids: [("\(middle - 1)", "3.14"), ("\(middle - 2)", "50")],
                asks: [("\(middle + 1)", "2.71"), ("\(middle + 2)", "50")])
        case 5: test.funding("0.001", mark: "\(middle)")
        case 6: change()
        default: submit(middle)
        }
        listen()
        check()
    }

    private func submit(_ middle: Int) {
        count += 1
        let limit = random.chance(60) ? price("\(middle + random.int(-6...6))") : nil
        let request = OrderRequest(
            instrument: made.id, side: random.bool() ? .buy : .sell,
            quantity: quantity("\(random.int(0...30)).\(random.int(1...9))"), price: limit,
            timeInForce: limit == nil ? .gtc : random.pick([.gtc, .gtc, .gtc, .ioc, .fok]),
            isPostOnly: false, isReduceOnly: random.chance(30),
            stop: random.chance(30) ? price("\(middle + random.int(-6...6))") : nil)
        let id = ClientOrderID("\(1_000 + count)")
        requests[id] = request
        test.venue.submit(id, request, at: test.time)
        test.wait(0)
    }

    private func change() {
        guard !open.isEmpty else { return }
        let id = random.pick(open.keys.sorted())
        if random.bool() {
            test.venue.cancel(id, made.id, at: test.time)
        } else {
            test.venue.amend(
                id, made.id, price: random.bool() ? price("\(random.int(90...110))") : nil,
                quantity: random.bool() ? quantity("\(random.int(1...30))") : nil, at: test.time)
        }
        test.wait(0)
    }

    private func listen() {
        for report in test.allReports[heard...] {
            guard let request = requests[report.order] else { continue }
            switch report.event {
            case .accepted: open[report.order] = Open(request: request, sleeps: request.stop != nil)
            case .triggered: open[report.order]?.sleeps = false
            case .amended(let price, let quantity):
                open[report.order]?.request.price = price
                open[report.order]?.request.quantity = quantity
            case .fill(let fill):
                fills += 1
                #expect(fill.quantity.isMultiple(of: made.lot), "\(label)")
                if made.kind == .spot {
                    base += Money(attos: fill.quantity.signed(request.side).attos)
                }
                open[report.order]?.filled += fill.quantity
                guard let order = open[report.order] else { continue }
                if order.filled == order.request.quantity { open[report.order] = nil }
            case .cancelled, .expired: open[report.order] = nil
            default: break
            }
        }
        heard = test.allReports.count
    }

    private func check() {
        let settle = made.settle
        #expect(reserved(settle) == expected(settle, needs: needs(base: false)), "\(label)")
        guard made.kind == .spot else { return }
        let held = test.venue.account.balance(of: made.symbol.base)
        #expect(held?.total == base && base >= .zero, "\(label)")
        let base = made.symbol.base
        #expect(reserved(base) == expected(base, needs: needs(base: true)), "\(label)")
    }

    // MARK: - The plain computation

    private func margin(_ currency: Currency) -> Money {
        guard made.kind != .spot, currency == made.settle else { return .zero }
        return share(test.venue.account.positions[0].entryValue)
    }

    private func share(_ value: Money) -> Money {
        Money(attos: (value.attos + Self.leverage - 1) / Self.leverage)
    }

    private func reserved(_ currency: Currency) -> Money {
        guard let held = test.venue.account.balance(of: currency) else { return .zero }
        return held.total - held.available - margin(currency)
    }

    private func expected(_ currency: Currency, needs: Money) -> Money {
        guard let held = test.venue.account.balance(of: currency) else { return .zero }
        return max(.zero, min(needs, held.total - margin(currency)))
    }

    private func needs(base: Bool) -> Money {
        open.values.reduce(.zero) { $0 + need($1, base: base) }
    }

    private func need(_ order: Open, base: Bool) -> Money {
        let request = order.request
        let net = test.venue.account.positions[0].net
        let reducible = net.side == request.side.opposite ? net.magnitude : .zero
        var rest = request.quantity - order.filled
        if request.isReduceOnly { rest = min(rest, reducible) }
        if made.kind == .spot {
            guard base == (request.side == .sell) else { return .zero }
            if base { return request.isReduceOnly ? .zero : Money(attos: rest.attos) }
        } else {
            rest = rest > reducible ? rest - reducible : .zero
        }
        guard !order.sleeps, let price = request.price, rest > .zero,
            let worth = made.contract.value(of: rest, at: price, .up),
            let fee = worth.times(made.takerFee, .up)
        else { return .zero }
        return (made.kind == .spot ? worth : share(worth)) + fee
    }
}

/// An order that never fills must not change what others get.
@Suite struct `Bystanders` {
    @Test(arguments: seeds)
    func `what an order gets does not depend on others that only rest`(seed: UInt64) {
        for data in ["trades", "quotes", "depth", "all"] {
            let alone = Self.fills(seed, data, bystanders: false)
            let beside = Self.fills(seed, data, bystanders: true)
            #expect(alone == beside, "seed \(seed), \(data)")
            #expect(!alone.isEmpty, "seed \(seed), \(data)")
        }
    }

    private static func fills(_ seed: UInt64, _ data: String, bystanders: Bool) -> [String] {
        var random = Seeded(seed)
        let test = TestVenue()
        if bystanders { addBystanders(test) }
        for step in 0..<200 {
            let middle = random.int(97...103)
            if bystanders { comeAndGo(test, middle + step % 7 - 3, step) }
            switch random.int(1...10) {
            case 1...3 where data != "quotes" && data != "depth", 1 where data == "depth":
                test.trade(
                    "\(middle)", "\(random.int(1...9)).05", taker: random.pick([.buy, .sell, nil]))
            case 1...4 where data == "quotes":
                test.quote(
                    bid: random.chance(90) ? ("\(middle - 1)", "\(random.int(1...5))") : nil,
                    ask: ("\(middle + 1)", "\(random.int(1...5))"))
            case 1...3 where data == "depth", 4 where data == "all":
                test.book(
                    bids: [("\(middle - 1)", "\(random.int(1...5))"), ("\(middle - 2)", "4")],
                    asks: [("\(middle + 1)", "\(random.int(1...5))"), ("\(middle + 2)", "4")])
            case 4...5 where data == "depth" || data == "all":
                test.level(random.bool() ? .buy : .sell, "\(middle)", "\(random.int(0...3))")
            case 6: test.cancel(random.int(1...200))
            default:
                test.order(
                    random.bool() ? .buy : .sell, "\(random.int(1...6))",
                    at: random.bool() ? "\(middle + random.int(-3...3))" : nil,
                    random.bool() ? .gtc : .ioc, reduceOnly: random.chance(20))
            }
        }
        return test.told().filter { !$0.hasPrefix("far") }
    }

    /// An order that joins a queue and leaves it before anything happens.
    private static func comeAndGo(_ test: TestVenue, _ at: Int, _ step: Int) {
        let id = ClientOrderID("far, \(step)")
        test.venue.submit(
            id,
            OrderRequest(
                instrument: InstrumentID(0), side: step % 2 == 0 ? .buy : .sell,
                quantity: quantity("1"), price: price("\(at)"), timeInForce: .gtc,
                isPostOnly: true, isReduceOnly: false, stop: nil), at: test.time)
        test.venue.cancel(id, InstrumentID(0), at: test.time)
        test.wait(0)
    }

    /// Far from everything, on both sides, asleep too.
    private static func addBystanders(_ test: TestVenue) {
        let far: [(Side, String?, String?)] = [
            (.buy, "1", nil), (.sell, "1000", nil), (.buy, nil, "1000"), (.sell, "1", "2"),
        ]
        for (place, (side, limit, stop)) in far.enumerated() {
            test.venue.submit(
                ClientOrderID("far\(place)"),
                OrderRequest(
                    instrument: InstrumentID(0), side: side, quantity: quantity("1"),
                    price: limit.map { price($0) }, timeInForce: .gtc, isPostOnly: false,
                    isReduceOnly: false, stop: stop.map { price($0) }), at: test.time)
        }
        test.wait(0)
    }
}
