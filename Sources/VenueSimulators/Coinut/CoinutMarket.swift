internal import PlainJSON
internal import TradingModel

/// One pair under the venue's own id, with what only this venue tells of it.
final class CoinutMarket {
    let market: ExchangeMarket
    let id: Int64
    /// The newest trade that subscribers have heard of.
    private var lastPublished: Int64
    /// Of the trades up to there, since the launch.
    private var volume = Quantity.zero
    private var value = Money.zero
    /// The `trans_id` of the last tick.
    private var lastTick: Int64 = 0

    init(_ market: ExchangeMarket, place: Int) {
        self.market = market
        id = Self.knownIDs[market.name] ?? 900_001 + Int64(place)
        lastPublished = 0
    }

    /// The venue's ids in April 2018, from a capture.
    private static let knownIDs: [String: Int64] = [
        "LTCBTC": 1, "ETHBTC": 2, "ETCBTC": 3, "ETHLTC": 490_569, "ETCLTC": 490_588,
        "BTCUSDT": 490_589, "LTCUSDT": 490_590, "ETHUSDT": 490_591, "ETCUSDT": 490_592,
        "USDTUSD": 852_220, "LTCUSD": 852_234, "BTCUSD": 852_379, "BTCSGD": 852_380,
        "LTCSGD": 852_381, "XMRUSDT": 852_382, "XMRBTC": 852_383, "XMRLTC": 852_384,
        "USDTSGD": 899_746,
    ]

    /// As the venue trades it: prices to a power of ten, quantities to the eighth decimal.
    static func instrument(_ instrument: Instrument) -> Instrument {
        let decimals = instrument.priceScale.decimals
        let tick = (0..<decimals).reduce(attosPerUnit) { tick, _ in tick / 10 }
        let lot = Quantity(attos: attosPerUnit / 100_000_000)
        return Instrument(
            id: instrument.id, symbol: instrument.symbol, kind: .spot, tick: Price(attos: tick),
            lot: lot, minQuantity: lot)
    }

    /// The entry of `inst_list`.
    var listing: JSON {
        [
            "base": .text(market.base.code), "inst_id": .integer(id),
            "decimal_places": .integer(market.instrument.priceScale.decimals),
            "quote": .text(market.quote.code),
        ]
    }

    /// Trades that subscribers have not heard of, the oldest first.
    func drainNews() -> [MarketTape.Deal] {
        let deals = market.tape.deals
        guard let last = deals.last, last.id > lastPublished else { return [] }
        let first = deals.lastIndex { $0.id <= lastPublished }.map { $0 + 1 } ?? 0
        let news = Array(deals[first...])
        lastPublished = last.id
        for deal in news {
            volume += deal.quantity
            value += market.value(deal.quantity, at: deal.price, .halfEven) ?? .zero
        }
        return news
    }

    /// What `inst_tick` shows, but for its time and number.
    func figures(at time: Timestamp) -> JSON {
        let tape = market.tape
        let best = { (side: Side) in tape.levels(side, count: 1).first?.price ?? .zero }
        let last = tape.last ?? .zero
        let day = tape.summary(ofLast: 1_440, before: time)
        let open = day?.open ?? last
        let change = Money(attos: last.attos - open.attos)
            .divided(by: Quantity(attos: max(1, open.attos)), .halfEven)
        return [
            "high24": .padded(day?.high ?? last), "highest_buy": .padded(best(.buy)),
            "inst_id": .integer(id), "last": .padded(last), "low24": .padded(day?.low ?? last),
            "lowest_sell": .padded(best(.sell)), "open_interest": "0.00000000",
            "price_change_24": .rounded(Money(attos: change?.attos ?? 0)),
            "volume": .padded(volume), "volume24": .padded(day?.volume ?? .zero),
            "volume24_quote": .rounded(day?.value ?? .zero), "volume_quote": .rounded(value),
        ]
    }

    /// A whole tick with a number of its own.
    func tick(_ figures: JSON, number: Int64, at time: Timestamp) -> JSON {
        defer { lastTick = number }
        return figures.adding([
            "prev_trans_id": .integer(lastTick), "reply": "inst_tick",
            "timestamp": .microseconds(time), "trans_id": .integer(number),
        ])
    }

    /// The entry of `inst_trade`.
    static func row(_ deal: MarketTape.Deal) -> JSON {
        [
            "price": .padded(deal.price), "qty": .padded(deal.quantity), "side": .side(deal.taker),
            "timestamp": .microseconds(deal.time), "trans_id": .integer(deal.id),
        ]
    }
}

/// The venue's numbers of everything that happens, ascending with gaps.
final class CoinutTransactions {
    private(set) var last: Int64 = 100_000
    private var draws: SeededDraws

    init(seed: UInt64) { draws = SeededDraws(seed: seed) }

    func next() -> Int64 {
        last += 1 + Int64(draws.below(50))
        return last
    }
}
