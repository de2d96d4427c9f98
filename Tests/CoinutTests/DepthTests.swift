import Coinut
import PropertyTesting
import Testing
import TradingModel

private let start = Timestamp(nanoseconds: 1_600_000_000_000_000_000)
private func after(milliseconds: Int) -> Timestamp {
    start.advanced(byNanoseconds: Int64(milliseconds) * 1_000_000)
}

/// The venue's side: a book, and every change that was ever made to it.
private struct PlainBook {
    /// Cents to lots.
    var rows: [Side: [Int: Int]] = [.buy: [:], .sell: [:]]
    var transaction: Int64 = 100

    static func price(_ cents: Int) -> Price { Price(attos: Int128(cents) * (attosPerUnit / 100)) }
    static func quantity(_ lots: Int) -> Quantity {
        Quantity(attos: Int128(lots) * (attosPerUnit / 1_000))
    }

    func worth(_ side: Side) -> Int128 {
        (rows[side] ?? [:]).reduce(0) { sum, row in
            let lots = Int128(row.value) * (attosPerUnit / 1_000)
            return sum + (side == .buy ? lots * Int128(row.key) / 100 : lots)
        }
    }

    /// Sets a price, and says so.
    mutating func set(_ side: Side, _ cents: Int, _ lots: Int) -> LevelChange {
        transaction += 7
        rows[side]?[cents] = lots == 0 ? nil : lots
        return LevelChange(
            instrument: InstrumentNumber(3), transaction: TransactionNumber(transaction),
            side: side,
            level: CountedLevel(
                price: Self.price(cents), quantity: Self.quantity(lots), count: nil),
            totalBuy: side == .buy ? Money(attos: worth(.buy)) : nil,
            totalSell: side == .sell ? Quantity(attos: worth(.sell)) : nil)
    }

    func levels(_ side: Side) -> [CountedLevel] {
        (rows[side] ?? [:]).sorted { side == .buy ? $0.key > $1.key : $0.key < $1.key }.map {
            CountedLevel(price: Self.price($0.key), quantity: Self.quantity($0.value), count: nil)
        }
    }

    func snapshot(tells: Bool = true) throws -> BookSnapshot {
        func text(_ side: Side) -> [String] {
            levels(side).map { "{\"price\":\"\($0.price)\",\"qty\":\"\($0.quantity)\"}" }
        }
        let said = Wire.book(
            bids: text(.buy), asks: text(.sell),
            totalBuy: Money(attos: worth(.buy)).description,
            totalSell: Quantity(attos: worth(.sell)).description,
            transaction: tells ? transaction : nil)
        guard case .book(let book) = try content(said) else { throw wrong }
        return book
    }
}

extension DepthKeeper {
    fileprivate mutating func take(_ change: LevelChange, at now: Timestamp) -> [Change] {
        var changes: [Change] = []
        apply(change, at: now, into: &changes)
        return changes
    }

    fileprivate func holds(_ book: PlainBook) -> Bool {
        levels(.buy) == book.levels(.buy) && levels(.sell) == book.levels(.sell)
    }
}

extension Seeded {
    /// A change that leaves the book uncrossed: bids below 50 cents, asks above.
    fileprivate mutating func change(of book: inout PlainBook) -> LevelChange {
        let side: Side = bool() ? .buy : .sell
        let cents = side == .buy ? int(1...49) : int(51...99)
        return book.set(side, cents, chance(35) ? 0 : int(1...9_999))
    }
}

@Suite struct `Coinut depth` {
    @Test func `replaces and deletes levels by their price`() throws {
        var book = PlainBook()
        _ = book.set(.buy, 40, 5)
        _ = book.set(.buy, 41, 6)
        _ = book.set(.sell, 60, 7)
        var keeper = DepthKeeper()
        #expect(keeper.apply(try book.snapshot(), at: start) == .changed)
        #expect(keeper.holds(book) && keeper.isWhole)
        let more = keeper.take(book.set(.buy, 41, 8), at: start)
        #expect(more.map(\.quantity) == [PlainBook.quantity(8)])
        #expect(keeper.take(book.set(.sell, 60, 0), at: start).map(\.quantity) == [.zero])
        #expect(keeper.take(book.set(.sell, 61, 0), at: start).isEmpty)  // was not there
        #expect(keeper.take(book.set(.buy, 39, 1), at: start).map(\.side) == [.buy])
        #expect(keeper.holds(book) && keeper.nextLook == nil)
        #expect(keeper.apply(try book.snapshot(), at: start) == .unchanged)
    }

    @Test func `says nothing before there is a whole book`() throws {
        var book = PlainBook()
        var keeper = DepthKeeper()
        #expect(keeper.take(book.set(.buy, 40, 5), at: start).isEmpty)
        #expect(!keeper.isWhole && keeper.doubt(at: after(milliseconds: 9_000)) == nil)
    }

    @Test func `puts early changes over the snapshot where they are newer`() throws {
        var book = PlainBook()
        var keeper = DepthKeeper()
        let early = [book.set(.buy, 40, 5), book.set(.buy, 41, 6)]
        let snapshot = try book.snapshot()
        let late = [book.set(.buy, 41, 0), book.set(.buy, 40, 9), book.set(.sell, 60, 1)]
        for change in late.reversed() + early { _ = keeper.take(change, at: start) }
        #expect(keeper.apply(snapshot, at: start) == .changed)
        #expect(keeper.holds(book) && keeper.nextLook == nil)
        // Those before the snapshot are old, also at prices at which nothing is.
        for change in early { #expect(keeper.take(change, at: start).isEmpty) }
        #expect(keeper.holds(book))
    }

    // T12: a snapshot that does not say how new it is stands for itself, and is confirmed later.
    @Test func `confirms a snapshot that does not say how new it is`() throws {
        var book = PlainBook()
        var keeper = DepthKeeper()
        _ = keeper.take(book.set(.buy, 40, 5), at: start)
        _ = book.set(.buy, 40, 0)
        #expect(keeper.apply(try book.snapshot(tells: false), at: start) == .changed)
        #expect(keeper.holds(book))
        #expect(keeper.nextLook == after(milliseconds: 2_000))
        #expect(keeper.doubt(at: after(milliseconds: 1_999)) == nil)
        #expect(keeper.doubt(at: after(milliseconds: 2_000)) == .unconfirmed)
        let confirmed = keeper.apply(
            try book.snapshot(tells: false), at: after(milliseconds: 2_100))
        #expect(confirmed == .unchanged && keeper.nextLook == nil)
        #expect(keeper.doubt(at: after(milliseconds: 9_000)) == nil)
    }

    // T11: bids are summed up by their worth, asks by their quantity.
    @Test(arguments: [Side.buy, .sell])
    func `notices by the totals that a change was lost`(side: Side) throws {
        var book = PlainBook()
        _ = book.set(.buy, 40, 5)
        _ = book.set(.sell, 60, 5)
        var keeper = DepthKeeper()
        _ = keeper.apply(try book.snapshot(), at: start)
        let lost = book.set(side, side == .buy ? 39 : 61, 7)
        _ = keeper.take(book.set(side, side == .buy ? 38 : 62, 1), at: start)
        // What comes in between does not begin the second anew.
        _ = keeper.take(book.set(side, side == .buy ? 37 : 63, 1), at: after(milliseconds: 500))
        #expect(keeper.doubt(at: after(milliseconds: 999)) == nil)
        #expect(keeper.nextLook == after(milliseconds: 1_000))
        guard case .total(side, let ours, let venue)? = keeper.doubt(at: after(milliseconds: 1_000))
        else { throw wrong }
        #expect(venue == book.worth(side) && ours < venue)
        var healed = keeper
        // Late, but in time: the change that was missing explains the difference.
        _ = healed.take(lost, at: after(milliseconds: 900))
        #expect(healed.holds(book) && healed.nextLook == nil)
        #expect(keeper.apply(try book.snapshot(), at: after(milliseconds: 1_100)) == .changed)
        #expect(keeper.holds(book) && keeper.doubt(at: after(milliseconds: 9_000)) == nil)
    }

    @Test func `does not compare totals where levels are cut off or added up`() throws {
        var book = PlainBook()
        _ = book.set(.buy, 40, 5)
        for keeper in [DepthKeeper(depth: .ten), DepthKeeper(decimals: 1)] {
            var keeper = keeper
            var book = book
            _ = keeper.apply(try book.snapshot(), at: start)
            _ = book.set(.buy, 39, 7)
            _ = keeper.take(book.set(.buy, 38, 1), at: start)
            #expect(keeper.doubt(at: after(milliseconds: 9_000)) == nil)
        }
    }

    @Test func `may be crossed for a moment, not longer`() throws {
        var book = PlainBook()
        _ = book.set(.buy, 40, 5)
        _ = book.set(.sell, 60, 5)
        var keeper = DepthKeeper()
        _ = keeper.apply(try book.snapshot(), at: start)
        _ = keeper.take(book.set(.buy, 60, 2), at: start)
        #expect(keeper.levels(.sell).count == 1)  // the other side is left to its own change
        _ = keeper.take(book.set(.buy, 38, 2), at: after(milliseconds: 500))
        #expect(keeper.doubt(at: after(milliseconds: 999)) == nil)
        #expect(
            keeper.doubt(at: after(milliseconds: 1_000))
                == .crossed(bid: PlainBook.price(60), ask: PlainBook.price(60)))
        _ = keeper.take(book.set(.sell, 60, 0), at: after(milliseconds: 1_001))
        #expect(keeper.doubt(at: after(milliseconds: 9_000)) == nil && keeper.nextLook == nil)
    }

    @Test func `keeps no more levels than were asked for`() throws {
        var book = PlainBook()
        for cents in 31...40 { _ = book.set(.buy, cents, 1) }
        var keeper = DepthKeeper(depth: .ten)
        _ = keeper.apply(try book.snapshot(), at: start)
        let changes = keeper.take(book.set(.buy, 45, 3), at: start)
        #expect(changes.map(\.price) == [PlainBook.price(45), PlainBook.price(31)])
        #expect(changes.map(\.quantity) == [PlainBook.quantity(3), .zero])
        #expect(keeper.levels(.buy).count == 10)
        #expect(keeper.take(book.set(.buy, 2, 3), at: start).isEmpty)  // behind the tenth
    }

    @Test func `refuses a snapshot that is older than what it forgot`() throws {
        var book = PlainBook()
        let old = try book.snapshot()
        var keeper = DepthKeeper()
        for cents in 1...2_001 { _ = keeper.take(book.set(.sell, cents, 0), at: start) }
        #expect(keeper.apply(old, at: start) == .outdated)
        #expect(!keeper.isWhole)
        #expect(keeper.apply(try book.snapshot(), at: start) == .changed)
        #expect(keeper.isWhole && keeper.holds(book))
    }

    @Test func `survives amounts that no sum can hold`() throws {
        var keeper = DepthKeeper()
        _ = keeper.apply(try PlainBook().snapshot(), at: start)
        for number in 1...500 {
            let change = LevelChange(
                instrument: InstrumentNumber(3),
                transaction: TransactionNumber(1_000 + Int64(number)),
                side: number % 2 == 0 ? .buy : .sell,
                level: CountedLevel(
                    price: Price(attos: Price.largest - Int128(number)),
                    quantity: Quantity(attos: Quantity.largest), count: nil),
                totalBuy: Money(attos: -Money.largest), totalSell: Quantity(attos: 1))
            _ = keeper.take(change, at: start)
        }
        #expect(keeper.levels(.sell).count == 250)
        #expect(keeper.doubt(at: after(milliseconds: 1_000)) != nil)
    }

    /// What was told of the book, added up by who listens, is the book.
    @Test(arguments: seeds)
    func `tells all that changes`(seed: UInt64) throws {
        var random = Seeded(seed)
        let depth: BookDepth? = random.bool() ? .ten : nil
        var book = PlainBook()
        var keeper = DepthKeeper(depth: depth)
        for _ in 0..<30 { _ = random.change(of: &book) }
        if let depth {
            for side in [Side.buy, .sell] {
                let best = book.levels(side).prefix(depth.rawValue).map(\.price)
                book.rows[side] = book.rows[side]?
                    .filter { best.contains(PlainBook.price($0.key)) }
            }
        }
        _ = keeper.apply(try book.snapshot(), at: start)
        var heard: [Side: [Price: Quantity]] = [:]
        for side in [Side.buy, .sell] {
            heard[side] = Dictionary(
                uniqueKeysWithValues: keeper.levels(side).map { ($0.price, $0.quantity) })
        }
        for _ in 0..<400 {
            for change in keeper.take(random.change(of: &book), at: start) {
                let isThere = heard[change.side]?[change.price] != nil
                #expect(change.quantity > .zero || isThere, "seed \(seed)")
                heard[change.side]?[change.price] =
                    change.quantity == .zero ? nil : change.quantity
            }
            for side in [Side.buy, .sell] {
                let kept = keeper.levels(side)
                #expect(kept.count <= depth?.rawValue ?? .max)
                #expect(heard[side]?.count == kept.count, "seed \(seed)")
                #expect(
                    kept.allSatisfy { heard[side]?[$0.price] == $0.quantity }, "seed \(seed)")
            }
        }
        if depth == nil { #expect(keeper.holds(book), "seed \(seed)") }
    }

    /// However changes are mixed, repeated and early: once all came, the book is the venue's.
    @Test(arguments: seeds)
    func `is the venue's, whatever the order of messages`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<20 {
            var book = PlainBook()
            var keeper = DepthKeeper()
            var sent: [LevelChange] = []
            var snapshots: [BookSnapshot] = []
            for step in 0..<120 {
                sent.append(random.change(of: &book))
                if step == 40 || random.chance(2) { snapshots.append(try book.snapshot()) }
            }
            // Each is moved by up to ten places, and one in ten comes twice.
            var mixed = sent.enumerated().map { (place: $0 + random.int(0...10), change: $1) }
            mixed += mixed.filter { _ in random.chance(10) }
                .map { (place: $0.place + random.int(0...30), change: $0.change) }
            mixed.sort { $0.place < $1.place }
            var changes = mixed.map(\.change)[...]
            for snapshot in snapshots {
                for _ in 0..<random.int(0...40) {
                    if let change = changes.popFirst() { _ = keeper.take(change, at: start) }
                }
                // The changes before it that have not come yet are old when they do.
                #expect(keeper.apply(snapshot, at: start) != .outdated, "seed \(seed)")
            }
            for change in changes { _ = keeper.take(change, at: start) }
            #expect(keeper.holds(book), "seed \(seed)")
            #expect(keeper.doubt(at: after(milliseconds: 60_000)) == nil, "seed \(seed)")
        }
    }

    /// Losses are noticed a second later, or heal by themselves; a snapshot then mends the book.
    @Test(arguments: seeds)
    func `notices what was lost, or is the venue's again`(seed: UInt64) throws {
        var random = Seeded(seed)
        var noticed = 0
        for _ in 0..<20 {
            var book = PlainBook()
            var keeper = DepthKeeper()
            for _ in 0..<30 { _ = random.change(of: &book) }
            _ = keeper.apply(try book.snapshot(), at: start)
            for _ in 0..<100 {
                let change = random.change(of: &book)
                if !random.chance(5) { _ = keeper.take(change, at: start) }
            }
            // The last change of each side comes, and with it the total.
            _ = keeper.take(book.set(.buy, 25, 1), at: start)
            _ = keeper.take(book.set(.sell, 75, 1), at: start)
            let later = after(milliseconds: 1_000)
            #expect(
                keeper.holds(book) == (keeper.doubt(at: later) == nil), "seed \(seed)")
            guard keeper.doubt(at: later) != nil else { continue }
            noticed += 1
            #expect(keeper.apply(try book.snapshot(), at: later) == .changed)
            #expect(keeper.holds(book) && keeper.nextLook == nil, "seed \(seed)")
        }
        #expect(noticed > 0, "seed \(seed)")
    }
}
