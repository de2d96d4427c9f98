import PropertyTesting
import TradingModel

/// What a market's data tells of.
struct DataKinds: OptionSet, Hashable {
    let rawValue: UInt8
    static let trades = DataKinds(rawValue: 1)
    static let quotes = DataKinds(rawValue: 2)
    static let depth = DataKinds(rawValue: 4)
    static let bars = DataKinds(rawValue: 8)
    static let ticker = DataKinds(rawValue: 16)
    static let funding = DataKinds(rawValue: 32)
}

/// Makes up the market data of some instruments: bursts, silence, times that repeat and go back,
/// dust, prices off the tick, books that cross, snapshots in mid-stream.
struct RandomMarket {
    private var random: Seeded
    private var time: Int64 = 1_767_225_600_000_000_000
    private(set) var events: [MarketEvent] = []
    private var lines: [Line]
    /// Whether times go back now and then, and messages are told in more than one moment.
    private let isDisorderly: Bool
    private let silence: Int

    /// One instrument's market.
    private struct Line {
        let instrument: Instrument
        let kinds: DataKinds
        /// In ticks.
        var price: Int
        var lastClose: Int64 = 0
        var tradeNumber: UInt64 = 1
    }

    /// The size of bars in the data: 10 s.
    static let barSpan: Int64 = 10_000_000_000

    init(_ markets: [(instrument: Instrument, kinds: DataKinds)], count: Int, random: Seeded) {
        self.random = random
        isDisorderly = self.random.chance(40)
        silence = self.random.pick([0, 1, 5, 20])
        lines = []
        for market in markets {
            lines.append(
                Line(
                    instrument: market.instrument, kinds: market.kinds,
                    price: self.random.pick([200, 5_000, 50_000])))
        }
        for index in lines.indices where lines[index].kinds.contains(.depth) {
            if self.random.chance(70) { snapshot(index) }
        }
        while events.count < count { step() }
    }

    private mutating func step() {
        let roll = random.int(1...100)
        switch roll {
        case ...30: break
        case ...32 where isDisorderly: time -= Int64(random.int(1...50_000_000))
        case ...40: time += Int64(random.int(100...3_000)) * 1_000_000
        case (100 - silence)...: time += Int64(random.int(5...90)) * 1_000_000_000
        default: time += Int64(random.int(1...9_000_000))
        }
        let index = random.int(0...(lines.count - 1))
        lines[index].price = max(50, lines[index].price + random.int(-5...5))
        if random.chance(1) { lines[index].price += random.pick([-40, 40, 400]) }
        lines[index].price = max(50, lines[index].price)
        let kinds = lines[index].kinds
        var choices: [DataKinds] = []
        if kinds.contains(.trades) { choices += [.trades, .trades, .trades, .trades, .trades] }
        if kinds.contains(.quotes) { choices += [.quotes, .quotes, .quotes] }
        if kinds.contains(.depth) { choices += [.depth, .depth, .depth] }
        if kinds.contains(.bars) { choices += kinds == [.bars] ? [.bars] : [.bars, .bars] }
        if kinds.contains(.ticker) { choices.append(.ticker) }
        if kinds.contains(.funding), random.chance(20) { choices = [.funding] }
        switch random.pick(choices) {
        case .trades: trade(index)
        case .quotes: quote(index)
        case .depth: if random.chance(4) { snapshot(index) } else { message(index) }
        case .bars: bar(index)
        case .ticker: ticker(index)
        default: funding(index)
        }
    }

    // MARK: - Values

    private var receiveTime: Timestamp { Timestamp(nanoseconds: time) }

    private mutating func venueTime() -> Timestamp {
        guard isDisorderly, random.chance(50) else { return receiveTime }
        return Timestamp(nanoseconds: time + Int64(random.int(-20...5)) * 1_000_000)
    }

    /// A price so many ticks away; now and then off the tick, finer than any scale.
    private mutating func price(_ index: Int, _ away: Int, mayBeOff: Bool = false) -> Price {
        let tick = lines[index].instrument.tick.attos
        let attos = Int128(max(1, lines[index].price + away)) * tick
        return Price(attos: mayBeOff && random.chance(3) ? attos + max(1, tick / 7) : attos)
    }

    private mutating func quantity(_ index: Int, mayBeDust: Bool = true) -> Quantity {
        let lot = lines[index].instrument.lot.attos
        if mayBeDust, random.chance(4) {
            return Quantity(attos: random.bool() ? max(1, lot / 1_000) : max(1, lot / 3))
        }
        let most = random.pick([1, 10, 500])
        return Quantity(attos: Int128(random.int(1...most)) * lot)
    }

    // MARK: - Events

    private mutating func trade(_ index: Int) {
        let id: UInt64? = random.chance(90) ? lines[index].tradeNumber : nil
        lines[index].tradeNumber += UInt64(random.int(1...2))
        let taker: Side? = random.chance(4) ? nil : random.bool() ? .buy : .sell
        let away = random.int(-2...2)
        let price = price(index, away, mayBeOff: true)
        let quantity = quantity(index)
        let venueTime = venueTime()
        events.append(
            .trade(
                Trade(
                    instrument: lines[index].instrument.id, price: price, quantity: quantity,
                    taker: taker, id: id, venueTime: venueTime, receiveTime: receiveTime)))
    }

    private mutating func quote(_ index: Int) {
        let bidPrice = price(index, -random.int(0...3))
        let askPrice = price(index, random.int(random.chance(3) ? -3...0 : 1...3))
        let bid = BookLevel(price: bidPrice, quantity: quantity(index))
        let ask = BookLevel(price: askPrice, quantity: quantity(index))
        let venueTime = venueTime()
        let (hasBid, hasAsk) = (!random.chance(3), !random.chance(3))
        events.append(
            .quote(
                Quote(
                    instrument: lines[index].instrument.id, bid: hasBid ? bid : nil,
                    ask: hasAsk ? ask : nil, venueTime: venueTime, receiveTime: receiveTime)))
    }

    private mutating func level(_ index: Int, _ side: Side, isNew: Bool) -> BookChange {
        let away = random.int(1...8)
        let isGone = !isNew && random.chance(35)
        let quantity = isGone ? Quantity.zero : quantity(index)
        return BookChange(
            instrument: lines[index].instrument.id, kind: .level, side: side,
            price: price(index, side == .buy ? -away : away), quantity: quantity,
            endsMessage: false, venueTime: venueTime(), receiveTime: receiveTime)
    }

    private mutating func append(_ changes: [BookChange]) {
        var changes = changes
        changes[changes.count - 1].endsMessage = true
        for change in changes {
            var change = change
            if isDisorderly, random.chance(5) { time += Int64(random.int(0...2_000_000)) }
            change.receiveTime = receiveTime
            events.append(.book(change))
        }
    }

    private mutating func message(_ index: Int) {
        append(
            (0..<random.int(1...4)).map { _ in
                level(index, random.bool() ? .buy : .sell, isNew: false)
            })
    }

    private mutating func snapshot(_ index: Int) {
        let clear = BookChange(
            instrument: lines[index].instrument.id, kind: .clear, endsMessage: false,
            venueTime: receiveTime, receiveTime: receiveTime)
        let count = random.chance(5) ? 0 : random.int(1...8)
        append(
            [clear]
                + (0..<count).flatMap { _ in
                    [level(index, .buy, isNew: true), level(index, .sell, isNew: true)]
                })
    }

    private mutating func bar(_ index: Int) {
        let span = Self.barSpan
        let start = max(lines[index].lastClose, time - time % span)
        lines[index].lastClose = start + span
        time = max(time, start + span)
        let open = price(index, random.int(-3...3))
        lines[index].price = max(50, lines[index].price + random.int(-6...6))
        let close = price(index, 0)
        let up = price(index, random.int(0...6))
        let down = price(index, -random.int(0...6))
        let volume = random.chance(4) ? Quantity.zero : quantity(index, mayBeDust: false)
        let instrument = lines[index].instrument.id
        events.append(
            .bar(
                Bar(
                    instrument: instrument, size: .time(nanoseconds: span), open: open,
                    high: max(open, close, up), low: min(open, close, down), close: close,
                    volume: volume, buyVolume: random.bool() ? volume : nil,
                    tradeCount: random.bool() ? random.int(0...9) : nil,
                    openTime: Timestamp(nanoseconds: start),
                    closeTime: Timestamp(nanoseconds: start + span))))
    }

    private mutating func ticker(_ index: Int) {
        var ticker = Ticker(
            instrument: lines[index].instrument.id, venueTime: venueTime(), receiveTime: receiveTime
        )
        if random.bool() { ticker.last = price(index, 0) }
        if random.chance(30) { ticker.mark = price(index, random.int(-3...3), mayBeOff: true) }
        if random.chance(30) { ticker.index = price(index, random.int(-3...3)) }
        if random.bool() { ticker.volume24h = quantity(index) }
        events.append(.ticker(ticker))
    }

    private mutating func funding(_ index: Int) {
        let rate = Rate(attos: Int128(random.int(-2_000...2_000)) * 1_000_000_000_000)
        let mark = price(index, random.int(-3...3))
        let venueTime = venueTime()
        events.append(
            .funding(
                Funding(
                    instrument: lines[index].instrument.id, rate: rate, mark: mark,
                    venueTime: venueTime, receiveTime: receiveTime)))
    }
}
