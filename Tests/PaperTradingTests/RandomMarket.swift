import PropertyTesting
import TestInstruments
import TradingModel

/// What kinds of data a made-up market has.
struct MarketKinds: OptionSet {
    let rawValue: Int
    static let trades = MarketKinds(rawValue: 1)
    static let quotes = MarketKinds(rawValue: 2)
    static let depth = MarketKinds(rawValue: 4)
    static let bars = MarketKinds(rawValue: 8)
    static let tickers = MarketKinds(rawValue: 16)
    static let funding = MarketKinds(rawValue: 32)
}

/// Market events of some instruments around prices that wander, in the order of time.
///
/// Sides of the book are empty now and then, times repeat, quantities and prices have more decimals
/// than lots and ticks once in a while.
final class RandomMarket: MarketEventSource {
    private(set) var events: [MarketEvent] = []
    private var given = 0
    private var random: Seeded
    private var time: Int64 = 1_767_225_600_000_000_000
    private var ticks: [Int]
    private var barStarts: [Int]
    private let instruments: [Instrument]

    init(_ instruments: [Instrument], _ kinds: [MarketKinds], count: Int, seed: UInt64) {
        random = Seeded(seed)
        self.instruments = instruments
        ticks = instruments.map { _ in 10_000 }
        barStarts = ticks
        let minute: Int64 = 60_000_000_000
        var nextBar = time + minute
        while events.count < count {
            time += random.chance(25) ? 0 : Int64(random.int(1...4_000)) * 1_000_000
            while time >= nextBar {
                for place in instruments.indices where kinds[place].contains(.bars) {
                    addBar(place, closing: nextBar)
                }
                nextBar += minute
            }
            let place = random.int(0...(instruments.count - 1))
            ticks[place] += random.int(-40...40)
            addEvent(of: kinds[place], place)
        }
    }

    func read(into batch: EventBatch) throws(MarketDataError) {
        while !batch.isFull, given < events.count {
            batch.append(events[given])
            given += 1
        }
    }

    private var stamp: Timestamp { Timestamp(nanoseconds: time) }

    private func addEvent(of kinds: MarketKinds, _ place: Int) {
        let choice = random.int(0...99)
        if choice < 2, kinds.contains(.funding) { return addFunding(place) }
        if choice < 8, kinds.contains(.tickers) { return addTicker(place) }
        if choice < 40, kinds.contains(.quotes) { return addQuote(place) }
        if choice < 70, kinds.contains(.depth) { return addDepth(place) }
        if kinds.contains(.trades) { addTrade(place) }
    }

    // MARK: - Events

    private func price(_ place: Int, _ offset: Int = 0, isOdd: Bool = false) -> Price {
        let tick = instruments[place].tick.attos
        let odd = isOdd ? tick / 7 : 0
        return Price(attos: Int128(max(10, ticks[place] + offset)) * tick + odd)
    }

    private func quantity(_ place: Int, upTo most: Int = 60) -> Quantity {
        let lot = instruments[place].lot.attos
        return Quantity(
            attos: Int128(random.int(1...most)) * lot + (random.chance(3) ? lot / 3 : 0))
    }

    private func addTrade(_ place: Int) {
        let side: Side? = random.chance(5) ? nil : random.bool() ? .buy : .sell
        events.append(
            .trade(
                Trade(
                    instrument: InstrumentID(place),
                    price: price(place, random.int(-2...2), isOdd: random.chance(3)),
                    quantity: quantity(place), taker: side, venueTime: stamp, receiveTime: stamp)))
    }

    private func addQuote(_ place: Int) {
        let level = { [self] (offset: Int) in
            random.chance(4)
                ? nil : BookLevel(price: price(place, offset), quantity: quantity(place))
        }
        events.append(
            .quote(
                Quote(
                    instrument: InstrumentID(place), bid: level(-random.int(1...3)),
                    ask: level(random.int(1...3)), venueTime: stamp, receiveTime: stamp)))
    }

    /// A new snapshot, or a level of the last one.
    private func addDepth(_ place: Int) {
        var change = BookChange(
            instrument: InstrumentID(place), kind: .clear, endsMessage: false, venueTime: stamp,
            receiveTime: stamp)
        events.append(.book(change))
        change.kind = .level
        for side in [Side.buy, .sell] where !random.chance(4) {
            for depth in 1...random.int(1...4) {
                change.side = side
                change.price = price(place, side == .buy ? -depth : depth)
                change.quantity = quantity(place)
                events.append(.book(change))
            }
        }
        guard case .book(var last) = events.removeLast() else { return }
        last.endsMessage = true
        events.append(.book(last))
    }

    private func addTicker(_ place: Int) {
        events.append(
            .ticker(
                Ticker(
                    instrument: InstrumentID(place), last: price(place),
                    mark: random.chance(60) ? price(place, random.int(-9...9), isOdd: true) : nil,
                    venueTime: stamp, receiveTime: stamp)))
    }

    private func addFunding(_ place: Int) {
        let rate = Rate(attos: Int128(random.int(-900...900)) * (attosPerUnit / 1_000_000))
        let mark = random.chance(50) ? price(place, random.int(-9...9), isOdd: true) : nil
        events.append(
            .funding(
                Funding(
                    instrument: InstrumentID(place), rate: rate, mark: mark, venueTime: stamp,
                    receiveTime: stamp)))
    }

    private func addBar(_ place: Int, closing end: Int64) {
        let tick = instruments[place].tick.attos
        let (open, close) = (barStarts[place], ticks[place])
        let high = max(open, close) + random.int(0...60)
        let low = max(5, min(open, close) - random.int(0...60))
        barStarts[place] = close + random.int(-5...5)
        let price = { (ticks: Int) in Price(attos: Int128(ticks) * tick) }
        events.append(
            .bar(
                Bar(
                    instrument: InstrumentID(place), size: .time(nanoseconds: 60_000_000_000),
                    open: price(open), high: price(high), low: price(low), close: price(close),
                    volume: quantity(place),
                    openTime: Timestamp(nanoseconds: end - 60_000_000_000),
                    closeTime: Timestamp(nanoseconds: end))))
    }
}
