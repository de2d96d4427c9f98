import PropertyTesting
import Testing
import TradingCore
import TradingModel

@Suite struct `Order book` {
    private let id = InstrumentID(0)

    private func level(
        _ side: Side, _ price: Int128, _ quantity: Int128, ends: Bool = true, at time: Int64 = 0
    ) -> BookChange {
        BookChange(
            instrument: id, kind: .level, side: side, price: Price(attos: price),
            quantity: Quantity(attos: quantity), endsMessage: ends,
            venueTime: Timestamp(nanoseconds: time), receiveTime: Timestamp(nanoseconds: time + 1))
    }
    private func clear(ends: Bool = false) -> BookChange {
        BookChange(
            instrument: id, kind: .clear, endsMessage: ends,
            venueTime: Timestamp(nanoseconds: 0), receiveTime: Timestamp(nanoseconds: 1))
    }

    @Test func `an empty book has no prices`() {
        let book = OrderBook(instrument: id)
        #expect(book.bestBid == nil)
        #expect(book.bestAsk == nil)
        #expect(book.mid == nil)
        #expect(!book.isCrossed)
        #expect(book.level(.buy, 0) == nil)
        #expect(book.level(.buy, -1) == nil)
        #expect(book.levels(.sell, count: 5).isEmpty)
        #expect(book.levels(.sell, count: -1).isEmpty)
        #expect(book.receiveTime == nil)
    }

    @Test func `the best bid is the highest and the best ask the lowest`() {
        let book = OrderBook(instrument: id)
        for price: Int128 in [99, 97, 98] { book.apply(level(.buy, price, price)) }
        for price: Int128 in [102, 103, 101] { book.apply(level(.sell, price, price)) }
        #expect(book.levels(.buy, count: 9).map(\.price.attos) == [99, 98, 97])
        #expect(book.levels(.sell, count: 2).map(\.price.attos) == [101, 102])
        #expect(book.level(.sell, 2)?.quantity.attos == 103)
        #expect(book.level(.sell, 3) == nil)
        #expect(book.mid?.attos == 100)
        #expect(book.levelCount(.buy) == 3)
    }

    @Test func `a change returns what was there and zero deletes`() {
        let book = OrderBook(instrument: id)
        #expect(book.apply(level(.buy, 99, 5)) == .zero)
        #expect(book.apply(level(.buy, 99, 7)).attos == 5)
        #expect(book.apply(level(.buy, 99, 0)).attos == 7)
        #expect(book.apply(level(.buy, 99, 0)) == .zero)
        #expect(book.bestBid == nil)
        book.apply(level(.buy, 99, 7))
        #expect(book.apply(clear()) == .zero)
        #expect(book.levelCount(.buy) == 0)
    }

    @Test func `prices may be negative and as large as they get`() {
        let book = OrderBook(instrument: id)
        for price in [Int128.max, .min, 0, -1, 1] {
            book.apply(level(.sell, price, 1, ends: false))
            book.apply(level(.buy, price, 1, ends: false))
        }
        #expect(book.levels(.sell, count: 9).map(\.price.attos) == [.min, -1, 0, 1, .max])
        #expect(book.levels(.buy, count: 9).map(\.price.attos) == [.max, 1, 0, -1, .min])
        #expect(book.mid?.attos == 0)  // -0.5, the even neighbour
    }

    @Test(arguments: [
        (3, 4, 4), (4, 5, 4), (-3, 0, -2), (-4, -1, -2), (-1, 0, 0), (6, 6, 6),
        (Int128.max, .max, .max), (Int128.min, .min, .min), (Int128.max - 1, .max, .max - 1),
    ])
    func `the middle rounds half to even`(one: Int128, other: Int128, middle: Int128) {
        #expect(Price.middle(Price(attos: one), Price(attos: other)).attos == middle)
        #expect(Price.middle(Price(attos: other), Price(attos: one)).attos == middle)
    }

    @Test func `crossings count at the end of messages only`() {
        let book = OrderBook(instrument: id)
        book.apply(level(.buy, 99, 1))
        book.apply(level(.sell, 100, 1))
        #expect(book.messages == 2)
        book.apply(level(.buy, 100, 1, ends: false))
        #expect(book.isInMessage)
        #expect(book.isCrossed)
        #expect(book.crossedMessages == 0)
        book.apply(level(.sell, 100, 0))
        #expect(!book.isInMessage)
        #expect(book.messages == 3)
        #expect(book.crossedMessages == 0)
        book.apply(level(.sell, 100, 1))
        #expect(book.crossedMessages == 1)
    }

    @Test func `a book knows when its last change was stamped and received`() {
        let book = OrderBook(instrument: id)
        book.apply(level(.buy, 99, 1, at: 1_000))
        #expect(book.receiveTime?.nanoseconds == 1_001)
        #expect(book.venueTime?.nanoseconds == 1_000)
    }

    @Test(arguments: seeds)
    func `it equals a naive book`(seed: UInt64) {
        var random = Seeded(seed)
        let book = OrderBook(instrument: id)
        var naive: [Side: [Int128: Int128]] = [.buy: [:], .sell: [:]]
        var touch = 10_000
        for step in 0..<4_000 {
            if random.chance(1), random.chance(5) {
                book.apply(clear())
                naive = [.buy: [:], .sell: [:]]
                // A snapshot, best first or worst first.
                let upwards = random.bool()
                for offset in 1...random.int(1...400) {
                    let price = Int128(upwards ? touch + offset : touch + 401 - offset)
                    book.apply(level(.sell, price, 1, ends: false))
                    book.apply(level(.buy, price - 402, 2, ends: false))
                    naive[.sell]?[price] = 1
                    naive[.buy]?[price - 402] = 2
                }
            }
            touch += random.int(-2...2)
            let side: Side = random.bool() ? .buy : .sell
            let distance = random.chance(70) ? random.int(0...5) : random.int(0...600)
            let price = Int128(side == .buy ? touch - distance : touch + distance)
            let quantity = Int128(random.chance(40) ? 0 : random.int(1...50))
            let before = book.apply(level(side, price, quantity, ends: random.bool()))
            #expect(before.attos == naive[side]?[price] ?? 0)
            naive[side]?[price] = quantity == 0 ? nil : quantity
            #expect(book.quantity(side, at: Price(attos: price)).attos == quantity)
            if step % 16 == 0 { expectSame(book, naive) }
        }
        expectSame(book, naive)
    }

    private func expectSame(_ book: OrderBook, _ naive: [Side: [Int128: Int128]]) {
        let bids = (naive[.buy] ?? [:]).sorted { $0.key > $1.key }
        let asks = (naive[.sell] ?? [:]).sorted { $0.key < $1.key }
        for (side, levels) in [(Side.buy, bids), (.sell, asks)] {
            let shown = book.levels(side, count: .max)
            #expect(shown.map(\.price.attos) == levels.map(\.key))
            #expect(shown.map(\.quantity.attos) == levels.map(\.value))
            #expect(book.levelCount(side) == levels.count)
        }
        #expect(book.bestBid?.price.attos == bids.first?.key)
        #expect(book.bestAsk?.price.attos == asks.first?.key)
        var isCrossed = false
        if let bid = bids.first, let ask = asks.first { isCrossed = bid.key >= ask.key }
        #expect(book.isCrossed == isCrossed)
    }
}
