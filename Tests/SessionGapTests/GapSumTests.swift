import PropertyTesting
import SessionGap
import TestInstruments
import Testing
import TradingCore
import TradingModel

private let instruments = [
    instrument("test:BTC/USDT:USDT", id: 0, tick: "0.1", lot: "0.001"),
    instrument("test:ETH/USDT", id: 1, tick: "0.01", lot: "0.0001", spotFee: .received),
    instrument("test:BTC/USD:BTC", id: 2, tick: "0.5", lot: "1"),
    instrument("test:SOL/USDT:USDT", id: 3, tick: "0.001", lot: "1", contractSize: "0.7"),
    // So fine that worths are rounded.
    instrument("test:DUST/USDT", id: 4, tick: "0.000000000001", lot: "0.000000000003"),
]

@Suite struct `A gap of generated fills` {
    private struct Made {
        var random: Seeded
        let deeds = SessionDeeds(instruments: instruments)
        var modelled = SimulatedOutcome()
        var retimed = SimulatedOutcome()
        var count = 0

        init(_ seed: UInt64) {
            random = Seeded(seed)
            for order in 0..<random.int(1...30) { add(ClientOrderID("o\(order)")) }
            for instrument in instruments {
                deeds.add(funding: amount(), of: instrument.id)
                retimed.funding.append(amount())
                modelled.funding.append(amount())
                guard random.chance(40) else { continue }
                deeds.explain(
                    SignedQuantity(attos: instrument.lot.attos * Int128(random.int(-50...50))),
                    of: instrument.id, at: price(of: instrument), time(0))
            }
        }

        private mutating func add(_ id: ClientOrderID) {
            let instrument = random.pick(instruments)
            let side = random.bool() ? Side.buy : .sell
            deeds.submit(
                id, OrderRequest(instrument: instrument.id, side: side, quantity: instrument.lot),
                at: time(Int64(count)))
            let own = fills(of: instrument, side)
            for made in own {
                deeds.add(
                    ExecutionReport(
                        order: id, instrument: instrument.id, event: .fill(made.fill),
                        venueTime: made.time, receiveTime: made.time))
            }
            retimed.fills[id] = random.chance(30) ? own : fills(of: instrument, side)
            modelled.fills[id] = random.chance(50) ? retimed.fills[id] : fills(of: instrument, side)
        }

        private mutating func fills(of instrument: Instrument, _ side: Side) -> [GapFill] {
            (0..<random.int(0...3)).map { _ in
                count += 1
                let currency = random.pick([
                    instrument.settle, instrument.settle, instrument.symbol.base, Currency("CET"),
                ])
                return GapFill(
                    instrument: instrument.id, side: side,
                    fill: Fill(
                        id: "f\(count)", price: price(of: instrument),
                        quantity: Quantity(
                            attos: instrument.lot.attos * Int128(random.int(1...99))),
                        liquidity: .taker, fee: amount(), feeCurrency: currency),
                    time: time(Int64(count)))
            }
        }

        mutating func price(of instrument: Instrument) -> Price {
            Price(attos: instrument.tick.attos * Int128(random.int(1...200_000)))
        }

        private mutating func amount() -> Money {
            let attos = random.int128(digits: 1...18)
            return Money(attos: random.chance(30) ? -attos : attos)
        }

        mutating func gap() throws -> SessionGap {
            let marks = instruments.map { random.chance(90) ? price(of: $0) : nil }
            return try SessionGap(deeds, modelled: modelled, retimed: retimed, marks: marks)
        }
    }

    // It is checked in the program too, which throws where it does not hold.
    @Test(arguments: seeds)
    func `comes to its parts, and they to it, to the last digit`(seed: UInt64) throws {
        for step in 0..<50 {
            var made = Made(seed &* 1_000 &+ UInt64(step))
            let gap = try made.gap()
            for name in ["USDT", "BTC", "ETH", "SOL", "DUST", "CET"] {
                let currency = Currency(name)
                let sum = gap.parts.all.map { BigInteger($0[currency].attos) }
                    .reduce(.zero) { $0 + $1 }
                let whole =
                    BigInteger(gap.session[currency].attos)
                    - BigInteger(gap.simulation[currency].attos)
                #expect(sum == whole, "seed \(seed), step \(step), \(name)")
                #expect(whole == BigInteger(gap.difference[currency].attos), "seed \(seed)")
            }
            for order in gap.orders {
                let isBoth = !order.parts.missed.isEmpty && !order.parts.extra.isEmpty
                #expect(
                    !isBoth, "seed \(seed), step \(step): an order is filled more on both sides")
            }
        }
    }

    // The books of the account are another way to the same sum.
    @Test(arguments: seeds)
    func `makes what a position's books make of the same fills`(seed: UInt64) throws {
        var random = Seeded(seed)
        let instrument = instruments[0]
        let deeds = SessionDeeds(instruments: [instrument])
        var position = Position(of: instrument)
        for number in 0..<60 {
            let side = random.bool() ? Side.buy : .sell
            let fill = Fill(
                id: "\(number)",
                price: Price(attos: instrument.tick.attos * Int128(random.int(1...90_000))),
                quantity: Quantity(attos: instrument.lot.attos * Int128(random.int(1...500))),
                liquidity: .taker, fee: Money(attos: random.int128(digits: 1...18)),
                feeCurrency: instrument.settle)
            try position.apply(side, price: fill.price, quantity: fill.quantity, fee: fill.fee)
            let id = ClientOrderID("o\(number)")
            deeds.submit(
                id,
                OrderRequest(instrument: instrument.id, side: side, quantity: fill.quantity),
                at: time(Int64(number)))
            deeds.add(
                ExecutionReport(
                    order: id, instrument: instrument.id, event: .fill(fill), venueTime: time(0),
                    receiveTime: time(Int64(number))))
        }
        let mark = Price(attos: instrument.tick.attos * Int128(random.int(1...90_000)))
        var nothing = SimulatedOutcome()
        nothing.funding = [.zero]
        let gap = try SessionGap(deeds, modelled: nothing, retimed: nothing, marks: [mark])
        let open = try #require(position.unrealisedPnL(at: mark))
        #expect(
            gap.session[instrument.settle] == position.realisedPnL + open - position.fees,
            "seed \(seed)")
        #expect(gap.parts.extra == gap.session)
    }
}
