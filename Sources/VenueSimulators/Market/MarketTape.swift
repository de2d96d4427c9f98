package import TradingCore
package import TradingModel

/// What a venue shows the public of one instrument: depth, trades, minutes, funding.
package final class MarketTape {
    /// A public trade with the venue's number.
    package struct Deal: Hashable, Sendable {
        package let id: Int64
        package let time: Timestamp
        package let taker: Side
        package let price: Price
        package let quantity: Quantity
    }

    /// What happened in one minute.
    package struct Minute: Hashable, Sendable {
        package let start: Timestamp
        package var open: Price
        package var high: Price
        package var low: Price
        package var close: Price
        package var volume = Quantity.zero
        /// In the settle currency.
        package var value = Money.zero
        package var buyVolume = Quantity.zero

        fileprivate init(start: Timestamp, price: Price) {
            self.start = start
            open = price
            high = price
            low = price
            close = price
        }

        /// Adds a later minute: minutes make longer candles.
        package mutating func add(_ later: Minute) {
            high = max(high, later.high)
            low = min(low, later.low)
            close = later.close
            volume += later.volume
            value += later.value
            buyVolume += later.buyVolume
        }
    }

    package static let minuteNanoseconds: Int64 = 60_000_000_000
    /// Trades that can still be asked for: the most a venue hands out in one reply.
    private static let keptDeals = 1_000
    /// Minutes kept: a week; candles and day figures come from them.
    private static let keptMinutes = 7 * 24 * 60

    private static let keptFundings = 1_100

    package let instrument: Instrument
    package let book: OrderBook
    /// The oldest first.
    package private(set) var deals: [Deal] = []
    package private(set) var minutes: [Minute] = []
    /// The oldest first; a year of them at three a day.
    package private(set) var fundings: [Funding] = []
    package private(set) var dealCount: Int64 = 0
    package private(set) var changedAt: Timestamp
    private var quotedBid: BookLevel?
    private var quotedAsk: BookLevel?

    private let nextID: (() -> Int64)?

    /// - Parameter nextID: numbers the trades, ascending; nil: from 1, one by one.
    package init(_ instrument: Instrument, start: Timestamp, nextID: (() -> Int64)? = nil) {
        self.instrument = instrument
        self.nextID = nextID
        book = OrderBook(instrument: instrument.id)
        changedAt = start
    }

    package func record(_ event: MarketEvent) {
        changedAt = max(changedAt, event.receiveTime)
        switch event {
        case .book(let change): book.apply(change)
        case .quote(let quote):
            quotedBid = quote.bid
            quotedAsk = quote.ask
        case .trade(let trade):
            print(
                trade.price, trade.quantity, taker: trade.taker ?? .buy, at: trade.receiveTime)
        case .funding(let funding):
            if fundings.count == 2 * Self.keptFundings { fundings.removeFirst(Self.keptFundings) }
            fundings.append(funding)
        case .bar(let bar):
            print(bar.close, bar.volume, taker: .buy, at: bar.closeTime)
        case .ticker: break
        }
    }

    /// Adds a trade to the public record and gives it its number.
    @discardableResult
    package func print(
        _ price: Price, _ quantity: Quantity, taker: Side, at time: Timestamp
    ) -> Int64 {
        dealCount += 1
        changedAt = max(changedAt, time)
        if deals.count == 2 * Self.keptDeals { deals.removeFirst(Self.keptDeals) }
        let id = nextID?() ?? dealCount
        deals.append(Deal(id: id, time: time, taker: taker, price: price, quantity: quantity))
        count(price, quantity, taker, in: start(ofMinute: time))
        return id
    }

    private func start(ofMinute time: Timestamp) -> Timestamp {
        let span = Self.minuteNanoseconds
        return Timestamp(nanoseconds: time.nanoseconds - time.nanoseconds % span)
    }

    private func count(_ price: Price, _ quantity: Quantity, _ taker: Side, in start: Timestamp) {
        if minutes.last?.start != start {
            if minutes.count == 2 * Self.keptMinutes { minutes.removeFirst(Self.keptMinutes) }
            minutes.append(Minute(start: start, price: price))
        }
        var minute = minutes[minutes.count - 1]
        minute.high = max(minute.high, price)
        minute.low = min(minute.low, price)
        minute.close = price
        minute.volume += quantity
        minute.value += instrument.contract.value(of: quantity, at: price, .halfEven) ?? .zero
        if taker == .buy { minute.buyVolume += quantity }
        minutes[minutes.count - 1] = minute
    }

    /// The last minutes as one, or nil where nothing was traded in them.
    package func summary(ofLast count: Int, before time: Timestamp) -> Minute? {
        let span = Self.minuteNanoseconds
        let start = start(ofMinute: time).advanced(byNanoseconds: -Int64(count - 1) * span)
        let first = minutes.firstIndex { $0.start >= start } ?? minutes.endIndex
        guard var sum = minutes[first...].first else { return nil }
        for minute in minutes[first...].dropFirst() { sum.add(minute) }
        return sum
    }

    package var lastFunding: Funding? { fundings.last }

    package var last: Price? { deals.last?.price }

    /// A side's levels, the best first; from the quote where the market has no depth.
    package func levels(_ side: Side, count: Int) -> [BookLevel] {
        if book.messages > 0 || book.levelCount(side) > 0 {
            return book.levels(side, count: count)
        }
        return (side == .buy ? quotedBid : quotedAsk).map { [$0] } ?? []
    }

    /// The middle of the touch on the tick, or the last price: what positions are valued at.
    package var mark: Price? {
        guard let bid = levels(.buy, count: 1).first, let ask = levels(.sell, count: 1).first
        else { return last }
        return Price.middle(bid.price, ask.price)
            .rounded(toMultipleOf: instrument.tick.attos, .down)
    }
}
