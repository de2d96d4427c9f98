import Matching
import PropertyTesting
import TradingCore
import TradingModel

/// Instruments, accounts, latencies and limits of generated trials.
enum RandomSetting {
    private static let steps: [(tick: Int128, lot: Int128)] = [
        (attosPerUnit / 10, attosPerUnit / 1_000), (attosPerUnit / 100, attosPerUnit / 100_000),
        (attosPerUnit, attosPerUnit), (attosPerUnit / 2_000, attosPerUnit / 10),
        (attosPerUnit / 4, attosPerUnit / 100_000_000), (attosPerUnit / 1_000_000, attosPerUnit),
    ]

    static func instruments(_ random: inout Seeded) -> [Instrument] {
        let texts = [
            "sim:BTC/USDT", "sim:BTC/USDT:USDT", "sim:BTC/USDT:USDT", "sim:BTC/USD:BTC",
            "sim:ETH/USDT", "sim:ETH/USDT:USDT",
        ]
        var chosen = [random.pick(texts)]
        if random.chance(25) {
            let others = texts.filter { !chosen.contains($0) }
            chosen.append(random.pick(others))
        }
        var instruments: [Instrument] = []
        for (index, text) in chosen.enumerated() {
            guard let symbol = try? Symbol(text) else { continue }
            let step = random.pick(steps)
            let isInverse = symbol.kind == .inverse
            let fees = random.pick([(0, 0), (2, 5), (10, 10), (-1, 7)])
            instruments.append(
                Instrument(
                    id: InstrumentID(index), symbol: symbol, tick: Price(attos: step.tick),
                    lot: Quantity(attos: isInverse ? attosPerUnit : step.lot),
                    minNotional: random.chance(15) ? Money(attos: 5 * attosPerUnit) : .zero,
                    contractSize: Quantity(
                        attos: isInverse ? random.pick([1, 100]) * attosPerUnit : attosPerUnit),
                    makerFee: basisPoints(fees.0), takerFee: basisPoints(fees.1)))
        }
        return instruments
    }

    private static func basisPoints(_ count: Int) -> Rate {
        Rate(attos: Int128(count) * (attosPerUnit / 10_000))
    }

    static func kinds(
        of instrument: Instrument, _ hearsTradesAlone: Bool, _ random: inout Seeded
    ) -> DataKinds {
        var kinds: DataKinds = hearsTradesAlone || random.chance(55) ? [.trades] : []
        if random.chance(45) { kinds.insert(.depth) }
        if random.chance(25) { kinds.insert(.quotes) }
        if random.chance(hearsTradesAlone ? 4 : 20) || kinds.isEmpty { kinds.insert(.bars) }
        if random.chance(hearsTradesAlone ? 5 : 20) { kinds.insert(.ticker) }
        if instrument.kind != .spot, random.chance(20) { kinds.insert(.funding) }
        return kinds
    }

    static func paper(_ instruments: [Instrument], _ random: inout Seeded) -> PaperSettings {
        let feed = random.chance(15) ? random.pick([1_000_000, 20_000_000]) : 0
        let entry = random.pick([0, 0, 2_000_000, 5_000_000, 60_000_000])
        let response = random.pick([0, 0, 1_000_000, 5_000_000])
        var paper = PaperSettings(
            leverage: random.pick([1, 1, 10]),
            slippage: random.bool() ? .ticks(random.int(0...2)) : .rate(basisPoints(1)),
            latency: Latency(
                feed: Int64(feed), orderEntry: Int64(entry), response: Int64(response)),
            barsFillOnTouch: random.chance(20),
            liquidity: random.chance(10) ? .endless : .shown)
        guard random.chance(60) else { return paper }
        for instrument in instruments {
            let amount = random.pick([1, 1_000, 1_000_000, 1_000_000_000])
            paper.balances[instrument.settle] = Money(attos: Int128(amount) * attosPerUnit)
            if instrument.kind == .spot, random.bool() {
                paper.balances[instrument.symbol.base] = Money(attos: Int128(amount) * attosPerUnit)
            }
        }
        return paper
    }

    static func limits(_ random: inout Seeded) -> RiskLimits {
        var limits = RiskLimits()
        guard random.chance(25) else { return limits }
        if random.bool() {
            limits.maxOrderQuantity = Quantity(
                attos: Int128(random.int(1...1_000)) * attosPerUnit / 100)
        }
        if random.bool() {
            limits.maxOrderNotional = Money(attos: Int128(random.int(1...100_000)) * attosPerUnit)
        }
        if random.bool() {
            limits.maxPosition = Quantity(attos: Int128(random.int(1...1_000)) * attosPerUnit / 100)
        }
        if random.bool() { limits.maxOpenOrders = random.int(1...8) }
        if random.bool() { limits.maxOrdersPerSecond = random.int(1...20) }
        if random.bool() { limits.priceBand = basisPoints(random.int(5...500)) }
        return limits
    }
}
