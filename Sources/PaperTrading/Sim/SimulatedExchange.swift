public import TradingModel

/// The instruments of `sim`, the exchange that needs no network.
public enum SimulatedExchange {
    public static let venue = "sim"

    /// Its symbols, the best known first.
    public static let symbols = [
        "sim:BTC/USDT", "sim:ETH/USDT", "sim:BTC/USDT:USDT", "sim:PEPE/USDT", "sim:BTC/USD:BTC",
    ]

    /// Its instruments, in the order of the symbols.
    public static let instruments: [Instrument] = symbols.enumerated().compactMap { place, text in
        guard let symbol = try? Symbol(text) else { return nil }
        return instrument(symbol, id: InstrumentID(place))
    }

    /// When its history begins: 2026-01-01T00:00:00Z.
    public static let start = Timestamp(nanoseconds: 1_767_225_600_000_000_000)

    /// The instrument that a symbol names; nil: there is none.
    public static func instrument(_ symbol: Symbol, id: InstrumentID) -> Instrument? {
        guard let profile = SimulatedProfile.all[symbol.description] else { return nil }
        let rates = symbol.kind == .spot ? (maker: 10, taker: 10) : (maker: 2, taker: 5)
        let basisPoint = attosPerUnit / 10_000
        return Instrument(
            id: id, symbol: symbol, tick: Price(attos: profile.tick),
            lot: Quantity(attos: profile.lot), minQuantity: Quantity(attos: profile.minQuantity),
            minNotional: Money(attos: profile.minNotional * attosPerUnit),
            makerFee: Rate(attos: Int128(rates.maker) * basisPoint),
            takerFee: Rate(attos: Int128(rates.taker) * basisPoint))
    }
}

/// What one instrument's market looks like.
struct SimulatedProfile {
    let tick: Int128
    let lot: Int128
    let minQuantity: Int128
    /// In whole units of the quote currency.
    let minNotional: Int128
    /// The price that the history begins at and is slowly drawn back to, in ticks.
    let anchor: Double
    /// How strongly it follows BTC.
    let beta: Double
    /// The size of its own way beside that: standard deviation, as a share of the price.
    let deviation: Double
    /// How long half of a deviation lasts, in seconds.
    let deviationHalfLife: Double
    /// The mean distance of two levels of the book, in ticks.
    let gap: Double
    /// A typical quantity at a level near the touch, in lots.
    let levelLots: Double
    /// The smallest usual trade, in lots.
    let tradeLots: Double
    let paysFunding: Bool

    /// How far the fundamental price may leave the touch before makers move, in ticks: 0.3 ‱.
    var slack: Double { max(2, anchor * 0.000_03) }

    private static let one = attosPerUnit

    /// By symbol; prices of the first second: BTC 90,000, ETH 3,100, PEPE 0.000000152823.
    static let all: [String: SimulatedProfile] = [
        "sim:BTC/USDT": SimulatedProfile(
            tick: one / 100, lot: one / 100_000, minQuantity: one / 100_000, minNotional: 5,
            anchor: 9_000_000, beta: 1, deviation: 0, deviationHalfLife: 1, gap: 5,
            levelLots: 22_000, tradeLots: 400, paysFunding: false),
        "sim:ETH/USDT": SimulatedProfile(
            tick: one / 100, lot: one / 10_000, minQuantity: one / 10_000, minNotional: 5,
            anchor: 310_000, beta: 0.95, deviation: 0.004, deviationHalfLife: 14_400, gap: 2,
            levelLots: 60_000, tradeLots: 1_200, paysFunding: false),
        "sim:BTC/USDT:USDT": SimulatedProfile(
            tick: one / 10, lot: one / 1_000, minQuantity: one / 1_000, minNotional: 5,
            anchor: 900_000, beta: 1, deviation: 0.0002, deviationHalfLife: 1_800, gap: 2,
            levelLots: 900, tradeLots: 12, paysFunding: true),
        "sim:PEPE/USDT": SimulatedProfile(
            tick: one / 1_000_000_000_000, lot: one, minQuantity: 10_000_000 * one, minNotional: 1,
            anchor: 152_823, beta: 1.2, deviation: 0.03, deviationHalfLife: 86_400, gap: 2,
            levelLots: 20_000_000_000, tradeLots: 400_000_000, paysFunding: false),
        "sim:BTC/USD:BTC": SimulatedProfile(
            tick: one / 10, lot: one, minQuantity: one, minNotional: 0,
            anchor: 900_000, beta: 1, deviation: 0.0003, deviationHalfLife: 1_800, gap: 3,
            levelLots: 30_000, tradeLots: 500, paysFunding: true),
    ]
}
