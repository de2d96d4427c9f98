internal import TradingModel

/// The order flow of one simulated instrument, one burst of events at a time.
///
/// Bursts come like a Poisson process whose rate follows the volatility. A quarter of them are
/// market orders, which trade at the touch and eat depth; the rest are makers, who follow the
/// fundamental price, narrow the spread, and add, change and cancel quantities.
struct SimulatedStream {
    /// The burst at hand, in the order of the events; they share one time.
    private(set) var burst: [MarketEvent] = []
    private(set) var time: Int64

    private let instrument: Instrument
    private let profile: SimulatedProfile
    private var random: SeededRandom
    private var price: FundamentalPrice
    /// Bids, asks.
    private var sides = [SimulatedSide(), SimulatedSide()]
    private var nextFunding: Int64
    private var lastTaker = Side.buy
    private var tradeCount: UInt64 = 0
    private var lastTrade: Trade?
    /// Whether nobody asks what happens.
    private var isSilent = false

    private static let burstsPerSecond = 42.0
    private static let tradeShare = 0.25
    private static let depth = 22...32
    private static let mostLevelsEaten = 3
    private static let fundingNanoseconds: Int64 = 8 * 3_600 * 1_000_000_000

    init(_ instrument: Instrument, _ profile: SimulatedProfile, seed: UInt64) {
        let start = SimulatedExchange.start
        let symbol = instrument.symbol.description
        self.instrument = instrument
        self.profile = profile
        random = SeededRandom(seed: seed, name: symbol)
        price = FundamentalPrice(profile, symbol: symbol, seed: seed, start: start)
        time = start.nanoseconds
        nextFunding = start.nanoseconds + Self.fundingNanoseconds
        showFirstBook()
    }

    /// Makes the next burst; its time is later than the last one's.
    mutating func advance() {
        burst.removeAll(keepingCapacity: true)
        let next = Self.time(after: time, &random, price)
        if profile.paysFunding, next > nextFunding {
            payFunding()
            return
        }
        time = next
        price.advance(to: time)
        if random.uniform() <= Self.tradeShare { trade() } else { quote() }
        replenish(.buy)
        replenish(.sell)
        endMessage()
    }

    private static func time(
        after time: Int64, _ random: inout SeededRandom, _ price: FundamentalPrice
    ) -> Int64 {
        let wait = random.exponential() * 1e6 / (burstsPerSecond * price.activity)
        return time + 1_000 * (1 + Int64(wait))  // whole microseconds
    }

    /// Lets everything happen up to and including `end`, and has what the market shows then as its burst.
    mutating func skip(to end: Timestamp) {
        isSilent = true
        while nextTime <= end.nanoseconds { advance() }
        isSilent = false
        burst.removeAll(keepingCapacity: true)
        showBook(at: end)
        if let lastTrade { burst.append(.trade(lastTrade)) }
    }

    private var nextTime: Int64 {
        var random = random
        let next = Self.time(after: time, &random, price)
        return profile.paysFunding ? min(next, nextFunding) : next
    }

    private mutating func showBook(at now: Timestamp) {
        burst.append(.book(cleared(at: now)))
        for side in [Side.buy, .sell] {
            for level in sides[Int(side.rawValue)].levels { show(side, level, at: now) }
        }
        endMessage()
    }

    private mutating func payFunding() {
        time = nextFunding
        nextFunding += Self.fundingNanoseconds
        price.advance(to: time)
        // 0.01 % and half of the basis, within ±0.075 %, in millionths.
        let millionths = 100 + price.deviation * 500_000
        let rate = Int128(min(750, max(-750, millionths)).rounded(.toNearestOrEven))
        let mark = Price(attos: Int128(price.ticks) * profile.tick)
        let now = Timestamp(nanoseconds: time)
        guard !isSilent else { return }
        burst.append(
            .funding(
                Funding(
                    instrument: instrument.id, rate: Rate(attos: rate * (attosPerUnit / 1_000_000)),
                    mark: mark, venueTime: now, receiveTime: now)))
    }

    // MARK: - Takers

    /// A market order: it eats what stands at the touch, a level a trade.
    private mutating func trade() {
        let taker = nextTaker()
        let maker = taker.opposite
        let index = Int(maker.rawValue)
        // Few are large: twice the size is a quarter as likely.
        let size = min(60, 1 / random.uniform().squareRoot()) * profile.tradeLots
        var rest = max(1, Int64(size))
        var eaten: [SimulatedSide.Level] = []
        while rest > 0, eaten.count < Self.mostLevelsEaten {
            var level = sides[index][0]
            let lots = min(rest, level.lots)
            report(lots, atKey: level.key, taker)
            rest -= lots
            level.lots -= lots
            eaten.append(level)
            guard level.lots == 0 else {
                sides[index].setLots(level.lots, depth: 0)
                break
            }
            _ = sides[index].removeBest()
        }
        for level in eaten { change(maker, level) }
    }

    /// Takers know more than the book: they trade towards the fundamental price, and in series.
    private mutating func nextTaker() -> Side {
        if random.uniform() <= 0.3 { return lastTaker }
        let middle = Double(sides[0].best - sides[1].best) / 2
        let pressure = min(1, max(-1, (price.ticks - middle) / profile.slack))
        lastTaker = random.uniform() <= 0.5 + 0.35 * pressure ? .buy : .sell
        return lastTaker
    }

    // MARK: - Makers

    private mutating func quote() {
        if follow() { return }
        let side: Side = random.uniform() <= 0.5 ? .buy : .sell
        let choice = random.uniform()
        if choice <= 0.35, narrow(side) { return }
        let depth = Int(random.failures(0.22, limit: Int64(sides[Int(side.rawValue)].count - 2)))
        if choice > 0.9, depth > 0 {
            var level = sides[Int(side.rawValue)].remove(depth: depth)
            level.lots = 0
            return change(side, level)
        }
        if choice > 0.8, insertBehind(side, depth) { return }
        var level = sides[Int(side.rawValue)][depth]
        let drawn = drawLots(depth)
        // Half are cancels of a part, half new quantities.
        level.lots = choice <= 0.6 ? max(1, level.lots / 4 + random.below(level.lots)) : drawn
        sides[Int(side.rawValue)].setLots(level.lots, depth: depth)
        change(side, level)
    }

    /// Moves the touch when the fundamental price has left it behind; false: it has not.
    private mutating func follow() -> Bool {
        let floor = Int64(price.ticks)
        let wanted = [
            floor - random.failures(0.6, limit: 3), -(floor + 1) - random.failures(0.6, limit: 3),
        ]
        let slack = Int64(profile.slack)
        let isStale = [0, 1].contains { sides[$0].best > wanted[$0] + slack }
        let isFar = [0, 1].contains { sides[$0].best < wanted[$0] - slack }
        guard isStale || isFar else { return false }
        for index in [0, 1] {
            while sides[index].count > 0, sides[index].best > wanted[index],
                var level = sides[index].removeBest()
            {
                level.lots = 0
                change(index == 0 ? .buy : .sell, level)
            }
        }
        for index in [0, 1] where sides[index].best < wanted[index] {
            addBest(index == 0 ? .buy : .sell, key: wanted[index])
        }
        return true
    }

    /// Puts a new best price into a spread of more than a tick; false: there is no room.
    private mutating func narrow(_ side: Side) -> Bool {
        let own = sides[Int(side.rawValue)].best
        let room = -own - sides[Int(side.opposite.rawValue)].best - 1
        guard room > 0 else { return false }
        addBest(side, key: own + 1 + random.below(room))
        return true
    }

    private mutating func addBest(_ side: Side, key: Int64) {
        let level = SimulatedSide.Level(key: key, lots: drawLots(0))
        sides[Int(side.rawValue)].addBest(level)
        change(side, level)
    }

    /// A new level between two others; false: they are neighbours.
    private mutating func insertBehind(_ side: Side, _ depth: Int) -> Bool {
        let better = sides[Int(side.rawValue)][depth].key
        let room = better - sides[Int(side.rawValue)][depth + 1].key - 1
        guard room > 0 else { return false }
        let level = SimulatedSide.Level(
            key: better - 1 - random.below(room), lots: drawLots(depth + 1))
        sides[Int(side.rawValue)].insert(level, above: depth + 1)
        change(side, level)
        return true
    }

    /// Keeps the number of levels within bounds at the far end.
    private mutating func replenish(_ side: Side) {
        let index = Int(side.rawValue)
        while sides[index].count < Self.depth.lowerBound {
            let worst = sides[index][sides[index].count - 1].key
            let step = 1 + random.failures(1 / profile.gap, limit: Int64(profile.gap) * 6)
            let level = SimulatedSide.Level(key: worst - step, lots: drawLots(sides[index].count))
            sides[index].addWorst(level)
            change(side, level)
        }
        while sides[index].count > Self.depth.upperBound {
            var level = sides[index].removeWorst()
            level.lots = 0
            change(side, level)
        }
    }

    /// More behind the touch than at it; one in twenty is a large one.
    private mutating func drawLots(_ depth: Int) -> Int64 {
        let shape = 0.4 + 0.12 * Double(min(depth, 12))
        let size = (0.25 + 1.5 * random.uniform()) * (random.uniform() <= 0.05 ? 5 : 1)
        return max(1, Int64(profile.levelLots * shape * size))
    }

    // MARK: - Events

    private mutating func showFirstBook() {
        burst.append(.book(cleared(at: Timestamp(nanoseconds: time))))
        addBest(.buy, key: Int64(price.ticks))
        addBest(.sell, key: -(Int64(price.ticks) + 1))
        replenish(.buy)
        replenish(.sell)
        endMessage()
    }

    private func cleared(at now: Timestamp) -> BookChange {
        BookChange(
            instrument: instrument.id, kind: .clear, endsMessage: false, venueTime: now,
            receiveTime: now)
    }

    private mutating func report(_ lots: Int64, atKey key: Int64, _ taker: Side) {
        tradeCount += 1
        let now = Timestamp(nanoseconds: time)
        let trade = Trade(
            instrument: instrument.id, price: Price(attos: Int128(key.magnitude) * profile.tick),
            quantity: Quantity(attos: Int128(lots) * profile.lot), taker: taker, id: tradeCount,
            venueTime: now, receiveTime: now)
        lastTrade = trade
        if !isSilent { burst.append(.trade(trade)) }
    }

    private mutating func change(_ side: Side, _ level: SimulatedSide.Level) {
        guard !isSilent else { return }
        show(side, level, at: Timestamp(nanoseconds: time))
    }

    private mutating func show(_ side: Side, _ level: SimulatedSide.Level, at now: Timestamp) {
        burst.append(
            .book(
                BookChange(
                    instrument: instrument.id, kind: .level, side: side,
                    price: Price(attos: Int128(level.key.magnitude) * profile.tick),
                    quantity: Quantity(attos: Int128(level.lots) * profile.lot),
                    endsMessage: false, venueTime: now, receiveTime: now)))
    }

    private mutating func endMessage() {
        guard case .book(var change) = burst.last else { return }
        change.endsMessage = true
        burst[burst.count - 1] = .book(change)
    }
}
