import Matching
import PropertyTesting
import TestInstruments
import Testing
import TradingModel

/// Random bars and orders, held against a walk that looks at every nanosecond.
@Suite struct `The walk along a bar` {
    @Test(arguments: seeds)
    func `fills what a walk nanosecond by nanosecond fills, at the same moments`(seed: UInt64) {
        var random = Seeded(seed)
        for round in 0..<30 {
            let plan = Plan(&random)
            let test = plan.play()
            let walk = SlowWalk(plan)
            #expect(test.stampedFills == walk.fills, "seed \(seed), round \(round): \(plan)")
        }
    }

    @Test(arguments: seeds)
    func `fills lie in the bar, in the order of time, and never before the order was there`(
        seed: UInt64
    ) {
        var random = Seeded(seed)
        for _ in 0..<30 {
            let plan = Plan(&random)
            let test = plan.play()
            var last = Int64.min
            for report in test.allReports {
                guard case .fill(let fill) = report.event, let id = Int("\(report.order)") else {
                    continue
                }
                let moment = report.venueTime.nanoseconds
                #expect(moment >= last, "seed \(seed)")
                #expect(moment >= plan.steps[id - 1].time, "seed \(seed)")
                last = moment
                let bars = plan.bars.filter { moment >= $0.start && moment <= $0.end }
                #expect(!bars.isEmpty, "seed \(seed): a fill between bars")
                // Where the market opens beyond the price of an order that rests, it gets its price.
                let isGap = fill.liquidity == .maker && bars.contains { $0.start == moment }
                let isInside = bars.contains {
                    price("\($0.low)") <= fill.price && fill.price <= price("\($0.high)")
                }
                #expect(isGap || isInside, "seed \(seed)")
            }
        }
    }
}

/// A tick of 1 and bars of 60 ns, so that the exact price at every nanosecond counts in twentieths.
private struct Plan: CustomStringConvertible {
    struct Step {
        enum Kind {
            case market(Side)
            case limit(Side, Int, TimeInForce)
            case stop(Side, Int)
            case stopLimit(Side, stop: Int, limit: Int)
            case cancel(Int)
            case amend(Int, Int)
        }
        let time: Int64
        let kind: Kind
    }
    struct Candle {
        let start: Int64
        let open, high, low, close: Int
        var end: Int64 { start + 60 }
        /// Open, the nearer extreme, the other, close.
        var corners: [Int] {
            let isHighFirst =
                high - open < open - low || (high - open == open - low && close < open)
            return isHighFirst ? [open, high, low, close] : [open, low, high, close]
        }
    }

    private(set) var bars: [Candle] = []
    /// Orders first: the n-th is the order with the number n.
    private(set) var steps: [Step] = []
    let touches: Bool

    init(_ random: inout Seeded) {
        touches = random.chance(30)
        var start: Int64 = 60
        var last = 100
        for _ in 0..<4 {
            let open = last + random.int(-2...2)
            let high = open + random.int(0...9)
            let low = open - random.int(0...9)
            last = random.int(low...high)
            bars.append(Candle(start: start, open: open, high: high, low: low, close: last))
            start += 60 + (random.chance(20) ? Int64(random.int(1...30)) : 0)
        }
        // Own orders that meet are refused: limits stand on one side.
        let side: Side = random.bool() ? .buy : .sell
        var times: [Int64] = (0..<6).map { _ in Int64(random.int(60...Int(start - 1))) }
        times.sort()
        var limits: [Int] = []
        for (index, time) in times.enumerated() {
            let at = random.int(88...112)
            switch random.int(0...9) {
            case 0...1: add(time, .market(random.bool() ? .buy : .sell))
            case 2...5:
                limits.append(index + 1)
                add(time, .limit(side, at, random.chance(20) ? .ioc : .gtc))
            case 6...7: add(time, .stop(random.bool() ? .buy : .sell, at))
            default: add(time, .stopLimit(side, stop: at, limit: at + random.int(-3...3)))
            }
        }
        for _ in 0..<3 {
            let time = Int64(random.int(61...Int(start - 1)))
            let order = limits.isEmpty ? 1 : random.pick(limits)
            if random.bool() || limits.isEmpty {
                add(time, .cancel(random.int(1...6)))
            } else {
                add(time, .amend(order, random.int(88...112)))
            }
        }
    }

    private mutating func add(_ time: Int64, _ kind: Step.Kind) {
        steps.append(Step(time: time, kind: kind))
    }

    /// The steps in the order of their times.
    var inOrder: [Step] {
        steps.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map(\.element)
    }

    var description: String { "\(bars) \(steps) touches \(touches)" }

    func play() -> TestVenue {
        let instrument = instrument("test:BTC/USDT:USDT", tick: "1")
        let settings = PaperSettings(
            balances: plenty, leverage: 10, barsFillOnTouch: touches)
        let test = TestVenue([instrument], settings)
        test.bar("100", high: "100", low: "100", close: "100")
        var coming = bars.map {
            test.aBar(
                from: $0.start, "\($0.open)", high: "\($0.high)", low: "\($0.low)",
                close: "\($0.close)")
        }
        for bar in coming { test.venue.expect(bar) }
        for step in inOrder {
            while let bar = coming.first, bar.closeTime.nanoseconds <= step.time {
                test.end(coming.removeFirst())
            }
            test.wait(step.time - test.now)
            switch step.kind {
            case .market(let side): test.order(side, "1")
            case .limit(let side, let at, let force): test.order(side, "1", at: "\(at)", force)
            case .stop(let side, let at): test.order(side, "1", stop: "\(at)")
            case .stopLimit(let side, let stop, let limit):
                test.order(side, "1", at: "\(limit)", stop: "\(stop)")
            case .cancel(let order): test.cancel(order)
            case .amend(let order, let at): test.amend(order, price: "\(at)")
            }
        }
        for bar in coming { test.end(bar) }
        return test
    }
}

/// The same by looking at each nanosecond, in the order of what can happen there.
private struct SlowWalk {
    private struct Order {
        let number: Int
        let side: Side
        var limit: Int?
        var stop: Int?
        var isPassing = false
        var isNew = true

        func reaches(_ price: Int) -> Bool {
            guard let limit else { return true }
            return side == .buy ? limit >= price : limit <= price
        }
        func wakes(_ price: Int) -> Bool {
            guard let stop else { return false }
            return side == .buy ? price >= stop : price <= stop
        }
    }

    private(set) var fills: [String] = []
    private var orders: [Order] = []
    private var last = 100
    private var now: Int64 = 0
    private let touches: Bool

    init(_ plan: Plan) {
        touches = plan.touches
        var steps = plan.inOrder
        var sent = 0
        for time in 60...(plan.bars.last?.end ?? 60) {
            now = time
            let ending = plan.bars.first { $0.end == time }
            if let ending {
                touch(ending, corner: 3)
                last = ending.close
            }
            let bar = plan.bars.first { $0.start <= time && time < $0.end }
            while let step = steps.first, step.time == time {
                steps.removeFirst()
                let isUnderWay = bar.map { $0.start < time } ?? false
                take(step, &sent, isUnderWay ? bar.map { Self.tick($0, time) } ?? last : last)
            }
            guard let bar else { continue }
            if bar.start == time {
                open(bar)
            } else {
                meetNew(at: Self.tick(bar, time))
            }
            if time == bar.start + 20 { touch(bar, corner: 1) }
            if time == bar.start + 40 { touch(bar, corner: 2) }
            let from = Self.twentieths(bar, time)
            let to = Self.twentieths(bar, time + 1)
            pass(from, to)
        }
    }

    private static func twentieths(_ bar: Plan.Candle, _ time: Int64) -> Int {
        let passed = Int(time - bar.start)
        let leg = min(passed / 20, 2)
        let (from, to) = (bar.corners[leg], bar.corners[leg + 1])
        return from * 20 + (to - from) * (passed - leg * 20)
    }

    /// The whole tick that the price stands at, seen from where it comes.
    private static func tick(_ bar: Plan.Candle, _ time: Int64) -> Int {
        let leg = Int(time - bar.start - 1) / 20
        let place = twentieths(bar, time)
        return bar.corners[leg + 1] > bar.corners[leg] ? place / 20 : (place + 19) / 20
    }

    /// A command arrives; `price` is where the path is, between bars the last close.
    private mutating func take(_ step: Plan.Step, _ sent: inout Int, _ price: Int) {
        switch step.kind {
        case .cancel(let number): orders.removeAll { $0.number == number }
        case .amend(let number, let limit):
            guard let index = orders.firstIndex(where: { $0.number == number }),
                orders[index].limit != nil
            else { return }
            guard orders[index].limit != limit else { return }
            var order = orders.remove(at: index)
            order.limit = limit
            order.isNew = true
            orders.append(order)
        case .market(let side):
            sent += 1
            orders.append(Order(number: sent, side: side))
        case .limit(let side, let at, let force):
            sent += 1
            orders.append(Order(number: sent, side: side, limit: at, isPassing: force == .ioc))
        case .stop(let side, let at):
            sent += 1
            sleep(Order(number: sent, side: side, stop: at), price)
        case .stopLimit(let side, let stop, let limit):
            sent += 1
            sleep(Order(number: sent, side: side, limit: limit, stop: stop), price)
        }
    }

    /// A stop whose price has been reached already wakes at once.
    private mutating func sleep(_ order: Order, _ price: Int) {
        var order = order
        if order.wakes(price) { order.stop = nil }
        orders.append(order)
    }

    private mutating func fill(_ order: Order, _ price: Int, _ liquidity: String) {
        fills.append("\(now): \(order.number) fill 1 @ \(price) \(liquidity)")
        orders.removeAll { $0.number == order.number }
    }

    private mutating func set(_ order: Order) {
        guard let index = orders.firstIndex(where: { $0.number == order.number }) else { return }
        orders[index] = order
    }

    private mutating func open(_ bar: Plan.Candle) {
        let before = orders
        for order in before where order.isNew || order.stop != nil {
            meet(order, at: bar.open)
        }
        for order in before where !order.isNew && order.stop == nil {
            guard let limit = order.limit, order.reaches(bar.open),
                limit != bar.open || touches
            else { continue }
            fill(order, limit, "maker")
        }
    }

    private mutating func meetNew(at price: Int) {
        for order in orders where order.isNew { meet(order, at: price) }
    }

    private mutating func meet(_ order: Order, at price: Int) {
        var order = order
        order.isNew = false
        set(order)
        if order.stop != nil {
            if order.wakes(price) { wake(order, at: price) }
        } else if order.reaches(price) {
            fill(order, price, "taker")
        } else if order.isPassing || order.limit == nil {
            orders.removeAll { $0.number == order.number }
        }
    }

    private mutating func wake(_ order: Order, at price: Int) {
        var order = order
        order.stop = nil
        orders.removeAll { $0.number == order.number }
        orders.append(order)
        if order.reaches(price) { fill(order, price, "taker") }
    }

    /// The path is at a corner: what it touches there and does not pass.
    private mutating func touch(_ bar: Plan.Candle, corner: Int) {
        let price = bar.corners[corner]
        let isRising = price > bar.corners[corner - 1]
        for order in orders where !order.isNew {
            if order.stop == price, (order.side == .buy) == isRising {
                wake(order, at: price)
            } else if touches, order.stop == nil, order.limit == price,
                (order.side == .sell) == isRising
            {
                fill(order, price, "maker")
            }
        }
    }

    /// The price moves within a nanosecond; both ends in twentieths.
    private mutating func pass(_ from: Int, _ to: Int) {
        guard from != to else { return }
        let isRising = to > from
        let prices = isRising ? Array(from / 20...to / 20) : (to / 20...from / 20).reversed()
        for price in prices {
            let isPassed =
                isRising
                ? from <= price * 20 && price * 20 < to : from >= price * 20 && price * 20 > to
            guard isPassed else { continue }
            for order in orders where !order.isNew {
                if order.stop == price, (order.side == .buy) == isRising {
                    wake(order, at: price)
                } else if order.stop == nil, order.limit == price,
                    (order.side == .sell) == isRising
                {
                    fill(order, price, "maker")
                }
            }
        }
    }
}
