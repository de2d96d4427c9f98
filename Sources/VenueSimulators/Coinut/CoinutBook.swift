internal import PlainJSON
internal import TradingModel

/// One subscription to a book, and what its client holds.
struct CoinutBookFeed {
    /// The best levels that a client may ask for; without it gets them all.
    static let limits: Set<Int64> = [10, 50, 100, 200]
    /// All levels: no market here has more.
    private static let allLevels = 1_000

    let market: CoinutMarket
    let limit: Int?
    /// Decimals of prices that levels are merged to; nil: not at all.
    let decimals: Int?
    /// Stands behind all others; nil: none does.
    private let absurdAsk: DepthLevel?
    private var sent: [Side: [DepthLevel]] = [:]

    init(_ market: CoinutMarket, limit: Int?, decimals: Int?, _ quirks: CoinutQuirks) {
        self.market = market
        absurdAsk =
            quirks.absurdAsks && limit == nil
            ? DepthLevel(
                price: Price(attos: 10_000_000 * attosPerUnit),
                quantity: Quantity(attos: attosPerUnit / 100), orders: 1) : nil
        self.limit = limit
        self.decimals = decimals
    }

    private func levels(_ side: Side, _ exchange: Exchange) -> [DepthLevel] {
        let step = decimals.map { (0..<$0).reduce(attosPerUnit) { step, _ in step / 10 } } ?? 0
        let levels = exchange.depth(
            market.market, side, limit: limit ?? Self.allLevels, interval: Price(attos: step))
        guard side == .sell, let absurdAsk else { return levels }
        return levels + [absurdAsk]
    }

    private func price(_ level: DepthLevel) -> JSON {
        .padded(level.price, places: decimals ?? 8)
    }

    /// Of bids in quote currency, of asks in base currency: two things that cannot be compared.
    private static func total(_ levels: some Sequence<DepthLevel>, _ side: Side) -> Money {
        levels.reduce(.zero) { $0 + worth($1, side) }
    }

    private static func worth(_ level: DepthLevel, _ side: Side) -> Money {
        guard side == .buy else { return Money(attos: level.quantity.attos) }
        return level.price.times(level.quantity, .halfEven) ?? .zero
    }

    private static func totalKey(_ side: Side) -> String {
        side == .buy ? "total_buy" : "total_sell"
    }

    /// The book as a reply tells it; what it shows counts as sent.
    mutating func snapshot(_ exchange: Exchange, _ quirks: CoinutQuirks, number: Int64) -> JSON {
        var rows: [Side: JSON] = [:]
        for side in [Side.buy, .sell] {
            let levels = levels(side, exchange)
            sent[side] = levels
            let shown = side == .buy && quirks.ascendingBids ? levels.reversed() : levels
            rows[side] = .array(
                shown.map {
                    [
                        "count": .integer($0.orders), "price": price($0),
                        "qty": .padded($0.quantity),
                    ]
                })
        }
        let reply: JSON = [
            "buy": rows[.buy] ?? [], "inst_id": .integer(market.id), "reply": "inst_order_book",
            "sell": rows[.sell] ?? [],
            "total_buy": .rounded(Self.total(sent[.buy] ?? [], .buy)),
            "total_sell": .rounded(Self.total(sent[.sell] ?? [], .sell)),
        ]
        return quirks.snapshotsWithoutIDs ? reply : reply.adding(["trans_id": .integer(number)])
    }

    /// What leads from what the client holds to what there is: a level a message, bids first.
    ///
    /// - Parameter next: numbers each message.
    mutating func updates(_ exchange: Exchange, next: () -> Int64) -> [JSON] {
        var messages: [JSON] = []
        for side in [Side.buy, .sell] {
            let (old, new) = (sent[side] ?? [], levels(side, exchange))
            guard old != new else { continue }
            sent[side] = new
            var total = Self.total(old, side)
            for change in Self.changes(old, new, side) {
                if let before = change.before { total = total - Self.worth(before, side) }
                total += Self.worth(change.level, side)
                messages.append(update(change.level, side, total: total, number: next()))
            }
        }
        return messages
    }

    private typealias Change = (level: DepthLevel, before: DepthLevel?)

    /// Levels that are gone, with zero, then those that are new or others; both lists have the best first.
    private static func changes(
        _ old: [DepthLevel], _ new: [DepthLevel], _ side: Side
    ) -> [Change] {
        var gone: [Change] = []
        var others: [Change] = []
        var place = 0
        func leave(_ level: DepthLevel) {
            gone.append((DepthLevel(price: level.price, quantity: .zero), level))
            place += 1
        }
        for level in new {
            while place < old.count,
                side == .buy ? old[place].price > level.price : old[place].price < level.price
            { leave(old[place]) }
            guard place < old.count, old[place].price == level.price else {
                others.append((level, nil))
                continue
            }
            if old[place] != level { others.append((level, old[place])) }
            place += 1
        }
        while place < old.count { leave(old[place]) }
        return gone + others
    }

    private func update(
        _ level: DepthLevel, _ side: Side, total: Money, number: Int64
    ) -> JSON {
        let update: JSON = [
            "count": .integer(level.orders), "inst_id": .integer(market.id),
            "price": price(level), "qty": .padded(level.quantity),
            "reply": "inst_order_book_update", "side": .side(side), "trans_id": .integer(number),
        ]
        // Of a part of the book nothing is reported that a client could check itself by.
        guard limit == nil else { return update }
        return update.adding(.pairs([(Self.totalKey(side), .rounded(total))]))
    }
}

/// One subscription to a market's figures.
struct CoinutTick {
    let market: CoinutMarket
    /// What was last told.
    var figures: JSON
}
