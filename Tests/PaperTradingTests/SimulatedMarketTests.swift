import PaperTrading
import TestInstruments
import Testing
import TradingCore
import TradingModel

/// Reads a market batch by batch until its end.
func forEachEvent(
    of symbols: [String], seed: UInt64, seconds: Int64, _ body: (MarketEvent) -> Void
) throws {
    let instruments = try symbols.enumerated().map { place, text in
        try #require(SimulatedExchange.instrument(Symbol(text), id: InstrumentID(place)))
    }
    let end = SimulatedExchange.start.advanced(byNanoseconds: seconds * 1_000_000_000)
    let market = SimulatedMarket(instruments: instruments, seed: seed, end: end)
    let batch = EventBatch(capacity: 100)
    while true {
        batch.removeAll()
        try market.read(into: batch)
        if batch.isEmpty { return }
        for index in 0..<batch.count { body(batch[index]) }
    }
}

@Suite struct `Simulated market` {
    @Test func `the same seed gives the same events, another seed others`() throws {
        var streams: [[MarketEvent]] = []
        for seed: UInt64 in [7, 7, 8] {
            var events: [MarketEvent] = []
            try forEachEvent(of: SimulatedExchange.symbols, seed: seed, seconds: 20) {
                events.append($0)
            }
            streams.append(events)
        }
        #expect(streams[0] == streams[1])
        #expect(streams[0] != streams[2])
    }

    /// Were this to change, recorded sessions on `sim` would no longer replay.
    @Test func `seed 1 gives these bytes on every machine`() throws {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var count = 0
        try forEachEvent(of: SimulatedExchange.symbols, seed: 1, seconds: 3_000) { event in
            count += 1
            guard case .trade(let trade) = event else { return }
            for number in [
                Int128(trade.venueTime.nanoseconds), trade.price.attos, trade.quantity.attos,
            ] {
                hash = (hash ^ UInt64(truncatingIfNeeded: number)) &* 0x100_0000_01b3
            }
        }
        print("seed 1: \(count) events, hash \(hash)")
        #expect(hash == 2_582_960_990_743_689_583)
    }

    @Test func `an instrument's events do not depend on the others`() throws {
        var alone: [Trade] = []
        var among: [Trade] = []
        try forEachEvent(of: ["sim:ETH/USDT"], seed: 3, seconds: 60) {
            if case .trade(let trade) = $0 { alone.append(trade) }
        }
        try forEachEvent(of: ["sim:ETH/USDT", "sim:BTC/USDT"], seed: 3, seconds: 60) {
            if case .trade(let trade) = $0, trade.instrument.index == 0 { among.append(trade) }
        }
        #expect(alone.count > 300)
        #expect(alone == among)
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `books are never crossed, never thin, and time never goes back`(seed: UInt64) throws {
        let books = SimulatedExchange.symbols.indices.map {
            OrderBook(instrument: InstrumentID($0))
        }
        var last = Timestamp.distantPast
        var problems: Set<String> = []
        try forEachEvent(of: SimulatedExchange.symbols, seed: seed, seconds: 600) { event in
            if event.venueTime < last { problems.insert("time goes back") }
            last = event.venueTime
            let book = books[event.instrument.index]
            switch event {
            case .trade(let trade):
                let touch = trade.taker == .buy ? book.bestAsk : book.bestBid
                // Several levels at once are told as trades first, then as depth.
                let isBeyond = touch.map {
                    trade.taker == .buy ? trade.price < $0.price : trade.price > $0.price
                }
                if isBeyond ?? true { problems.insert("a trade inside the spread") }
                if trade.quantity == .zero { problems.insert("an empty trade") }
            case .book(let change):
                book.apply(change)
                guard change.endsMessage else { return }
                if book.isCrossed { problems.insert("crossed") }
                if min(book.levelCount(.buy), book.levelCount(.sell)) < 20 {
                    problems.insert("thin")
                }
            default: break
            }
        }
        #expect(problems.isEmpty, "seed \(seed)")
    }

    @Test func `about ten trades and forty book messages a second, of both sides`() throws {
        for symbol in SimulatedExchange.symbols {
            var trades = [0.0, 0.0]
            var messages = 0.0
            var changes = 0.0
            try forEachEvent(of: [symbol], seed: 5, seconds: 3_600) { event in
                switch event {
                case .trade(let trade): trades[Int(trade.taker?.rawValue ?? 0)] += 1
                case .book(let change):
                    changes += 1
                    if change.endsMessage { messages += 1 }
                default: break
                }
            }
            let rate = (trades[0] + trades[1]) / 3_600
            print(
                symbol, "trades/s", rate, "buys", trades[0] / (trades[0] + trades[1]), "messages/s",
                messages / 3_600, "changes/s", changes / 3_600)
            #expect((6...18).contains(rate))
            #expect((25...60).contains(messages / 3_600))
            #expect((0.4...0.6).contains(trades[0] / (trades[0] + trades[1])))
        }
    }

    @Test func `spreads are mostly a few ticks`() throws {
        for symbol in SimulatedExchange.symbols {
            let tick = try #require(
                SimulatedExchange.instrument(Symbol(symbol), id: InstrumentID(0))
            ).tick
            let book = OrderBook(instrument: InstrumentID(0))
            var spreads: [Int] = []
            try forEachEvent(of: [symbol], seed: 9, seconds: 1_800) { event in
                guard case .book(let change) = event else { return }
                book.apply(change)
                guard change.endsMessage, let bid = book.bestBid, let ask = book.bestAsk else {
                    return
                }
                spreads.append(Int((ask.price.attos - bid.price.attos) / tick.attos))
            }
            spreads.sort()
            let share = { (part: Double) in spreads[Int(Double(spreads.count - 1) * part)] }
            print(
                symbol, "spread in ticks: least", share(0), "median", share(0.5), "95 %",
                share(0.95))
            #expect(share(0) == 1)
            #expect((1...6).contains(share(0.5)))
        }
    }

    @Test func `volatility comes in clusters`() throws {
        for symbol in SimulatedExchange.symbols {
            let returns = try mids(of: [symbol], seed: 11, seconds: 20_000, every: 5)[0].returns
            let squares = returns.map { $0 * $0 }
            let lags = [1, 5, 20].map { correlation(squares.dropLast($0), squares.dropFirst($0)) }
            print(symbol, "autocorrelation of squared 5 s returns at lags 1, 5, 20:", lags)
            #expect(lags[0] > 0.05)
            #expect(lags[1] > 0.02)
            let plain = correlation(returns.dropLast(), returns.dropFirst())
            #expect(abs(plain) < 0.1)
        }
    }

    @Test func `ETH and the perpetual follow BTC`() throws {
        let symbols = ["sim:BTC/USDT", "sim:ETH/USDT", "sim:BTC/USDT:USDT"]
        let series = try mids(of: symbols, seed: 2, seconds: 20_000, every: 10)
        let eth = correlation(series[0].returns[...], series[1].returns[...])
        let perpetual = correlation(series[0].returns[...], series[2].returns[...])
        let basis = zip(series[2], series[0]).map { abs($0 / $1 - 1) }.max() ?? 1
        print("correlation of 10 s returns: ETH", eth, "perpetual", perpetual, "basis", basis)
        #expect((0.6...0.97).contains(eth))
        #expect(perpetual > 0.95)
        #expect(basis < 0.002)
    }

    @Test func `the perpetual pays funding every eight hours`() throws {
        var times: [Int64] = []
        try forEachEvent(of: ["sim:BTC/USDT:USDT"], seed: 4, seconds: 86_401) { event in
            guard case .funding(let funding) = event else { return }
            times.append(
                (funding.venueTime.nanoseconds - SimulatedExchange.start.nanoseconds)
                    / 1_000_000_000)
            #expect(abs(funding.rate.attos) <= attosPerUnit / 1_000)
        }
        #expect(times == [28_800, 57_600, 86_400])
    }

    @Test func `a tiny price has all its decimals`() throws {
        var first: Trade?
        try forEachEvent(of: ["sim:PEPE/USDT"], seed: 1, seconds: 5) { event in
            if case .trade(let trade) = event { first = first ?? trade }
        }
        let trade = try #require(first)
        #expect(trade.price.description.hasPrefix("0.000000152"))
        #expect(trade.quantity.isMultiple(of: quantity("1")))
    }
}

/// The middle of each book, sampled at even times.
private func mids(
    of symbols: [String], seed: UInt64, seconds: Int64, every step: Int64
) throws -> [[Double]] {
    let books = symbols.indices.map { OrderBook(instrument: InstrumentID($0)) }
    var series = symbols.map { _ in [Double]() }
    var next = SimulatedExchange.start.advanced(byNanoseconds: step * 1_000_000_000)
    try forEachEvent(of: symbols, seed: seed, seconds: seconds) { event in
        while event.venueTime >= next {
            for (place, book) in books.enumerated() { series[place].append(book.mid?.double ?? 0) }
            next = next.advanced(byNanoseconds: step * 1_000_000_000)
        }
        if case .book(let change) = event { books[event.instrument.index].apply(change) }
    }
    return series
}

extension [Double] {
    fileprivate var returns: [Double] { zip(dropFirst(), self).map { $0 / $1 - 1 } }
}

private func correlation(_ left: ArraySlice<Double>, _ right: ArraySlice<Double>) -> Double {
    let count = Double(left.count)
    let meanLeft = left.reduce(0, +) / count
    let meanRight = right.reduce(0, +) / count
    var product = 0.0
    var squareLeft = 0.0
    var squareRight = 0.0
    for (one, other) in zip(left, right) {
        product += (one - meanLeft) * (other - meanRight)
        squareLeft += (one - meanLeft) * (one - meanLeft)
        squareRight += (other - meanRight) * (other - meanRight)
    }
    return product / (squareLeft * squareRight).squareRoot()
}
