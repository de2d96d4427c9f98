internal import PlainJSON
internal import TradingCore
internal import TradingModel

/// One subscription to a market's depth, and what its client holds.
struct CoinExDepthFeed {
    static let limits = [5, 10, 20, 50]
    /// A full book comes at the next change after this.
    static let fullNanoseconds: Int64 = 60_000_000_000

    let market: ExchangeMarket
    let limit: Int
    /// Levels are merged to this step; zero: not at all.
    let interval: Price
    let isFull: Bool
    /// Bids, asks; nil: nothing has been sent.
    var sent: CoinExDepthView?
    var lastFull = Timestamp.distantPast

    /// Nil when the venue offers no such depth.
    init?(market: ExchangeMarket, limit: Int, interval: String, isFull: Bool) {
        guard Self.limits.contains(limit), let step = Self.step(interval) else { return nil }
        self.market = market
        self.limit = limit
        self.interval = step
        self.isFull = isFull
    }

    /// `0`, or a power of ten from 0.000000000001 to 1000.
    static func step(_ text: String) -> Price? {
        guard let price = try? Price(text), price.attos <= 1_000 * attosPerUnit else { return nil }
        if price == .zero { return price }
        var power: Int128 = 1_000_000
        while power < price.attos { power *= 10 }
        return power == price.attos ? price : nil
    }
}

/// The best levels of both sides, as texts go out.
struct CoinExDepthView: Equatable {
    var bids: [BookLevel]
    var asks: [BookLevel]

    /// CRC-32 over `price:size` of all levels, bids first, each side best first.
    var checksum: UInt32 { Self.checksum((bids + asks).map { [$0.price.text, $0.quantity.text] }) }

    static func checksum(_ levels: [[String]]) -> UInt32 {
        crc32(of: Array(levels.joined().joined(separator: ":").utf8))
    }

    /// What leads from `old` to `new`: new sizes, and zero for levels that are gone.
    static func changes(_ old: [BookLevel], _ new: [BookLevel], isBid: Bool) -> [BookLevel] {
        let before = Dictionary(uniqueKeysWithValues: old.map { ($0.price, $0.quantity) })
        let after = Set(new.map(\.price))
        let gone = old.filter { !after.contains($0.price) }.map {
            BookLevel(price: $0.price, quantity: .zero)
        }
        let set = new.filter { before[$0.price] != $0.quantity }
        return (gone + set).sorted { isBid ? $0.price > $1.price : $0.price < $1.price }
    }
}

extension ExactDecimal {
    /// The shortest exact text, as the venue's live frames have it.
    fileprivate var text: String { description }
}

extension CoinExSimulator {
    /// A market's public depth: its own levels, and the accounts' visible orders among them.
    func depthView(_ market: ExchangeMarket, limit: Int, interval: Price) -> CoinExDepthView {
        let levels = { [exchange] (side: Side) in
            exchange.depth(market, side, limit: limit, interval: interval).map {
                BookLevel(price: $0.price, quantity: $0.quantity)
            }
        }
        return CoinExDepthView(bids: levels(.buy), asks: levels(.sell))
    }

    /// The push that brings a client's book up to date; nil: it is.
    func depthPush(_ feed: inout CoinExDepthFeed) -> JSON? {
        let view = depthView(feed.market, limit: feed.limit, interval: feed.interval)
        guard view != feed.sent else { return nil }
        let isDue = feed.lastFull.advanced(byNanoseconds: CoinExDepthFeed.fullNanoseconds) <= now
        let isFull = feed.isFull || feed.sent == nil || isDue
        var sides: JSON = [:]
        if isFull {
            sides = fullSides(view)
            feed.lastFull = now
        } else if let sent = feed.sent {
            let asks = CoinExDepthView.changes(sent.asks, view.asks, isBid: false)
            let bids = CoinExDepthView.changes(sent.bids, view.bids, isBid: true)
            // A side without a change is left out.
            if !asks.isEmpty { sides = sides.adding(["asks": Self.rows(asks)]) }
            if !bids.isEmpty { sides = sides.adding(["bids": Self.rows(bids)]) }
        }
        feed.sent = view
        return push(
            "depth",
            [
                "market": .text(feed.market.name), "is_full": .bool(isFull),
                "depth": sides.adding(depthTail(feed.market, view)),
            ])
    }

    private func fullSides(_ view: CoinExDepthView) -> JSON {
        var bids = view.bids
        if settings.quirks.zeroLevels, let worst = bids.last {
            bids.append(BookLevel(price: Price(attos: worst.price.attos / 2), quantity: .zero))
        }
        return ["asks": Self.rows(view.asks), "bids": Self.rows(bids)]
    }

    private func depthTail(_ market: ExchangeMarket, _ view: CoinExDepthView) -> JSON {
        [
            "last": .text((market.tape.last ?? .zero).description),
            "updated_at": .milliseconds(stamp(market.tape.changedAt)),
            "checksum": checksumValue(view),
        ]
    }

    /// The checksum in the form, and with the faults, that the quirks ask for.
    private func checksumValue(_ view: CoinExDepthView) -> JSON {
        let quirks = settings.quirks
        var sum = view.checksum
        if quirks.wrongChecksum > 0, draw() < quirks.wrongChecksum { sum ^= 1 }
        if quirks.textChecksum { return .text(String(sum)) }
        return .number(
            quirks.signedChecksum ? String(Int32(bitPattern: sum)) : String(sum))
    }

    private static func rows(_ levels: [BookLevel]) -> JSON {
        .array(
            levels.map {
                .array([.text($0.price.description), .text($0.quantity.description)])
            })
    }

    /// The `data` of `GET /depth`.
    func depthReply(_ market: ExchangeMarket, limit: Int, interval: Price) -> JSON {
        let view = depthView(market, limit: limit, interval: interval)
        return [
            "market": .text(market.name), "is_full": true,
            "depth": fullSides(view).adding(depthTail(market, view)),
        ]
    }

    /// A public stamp; stale by a minute as often as the quirks ask for.
    func stamp(_ time: Timestamp) -> Timestamp {
        let share = settings.quirks.staleTimestamps
        guard share > 0, draw() < share else { return time }
        return time.advanced(byNanoseconds: -60_000_000_000)
    }
}
