internal import PlainJSON
internal import TradingModel

/// A book as it was told: quantities and numbers of orders by price.
struct CoinpitBook {
    struct Level: Equatable {
        let quantity: Quantity
        let orders: Int
    }

    var bids: [Price: Level] = [:]
    var asks: [Price: Level] = [:]
}

/// What goes out to the sockets.
extension CoinpitSimulator {
    private static let depth = 100

    // MARK: - Books

    private func levels(_ market: ExchangeMarket, _ side: Side) -> [Price: CoinpitBook.Level] {
        let levels = exchange.depth(market, side, limit: Self.depth).map {
            ($0.price, CoinpitBook.Level(quantity: $0.quantity, orders: $0.orders))
        }
        return Dictionary(levels) { first, _ in first }
    }

    private func level(_ price: JSON, _ level: CoinpitBook.Level?, _ market: ExchangeMarket) -> JSON
    {
        [
            "price": price, "numberOfOrders": .integer(level?.orders ?? 0),
            "totalQuantity": .plain(level?.quantity ?? .zero), "instrument": .text(market.name),
        ]
    }

    private func isFlat(_ rows: JSON, _ market: ExchangeMarket) -> JSON {
        settings.quirks.flatBooks
            ? rows.adding(["instrument": .text(market.name)])
            : .object([JSONMember(key: market.name, value: rows)])
    }

    /// The book as it was told last, so that later changes fit to it.
    func wholeBook(_ market: ExchangeMarket) -> JSON {
        let book = published[market.instrument.id.index]
        let bids = book.bids.sorted { $0.key > $1.key }
        let asks = book.asks.sorted { $0.key < $1.key }
        let rows: JSON = [
            "buy": .array(bids.map { level(.plain($0.key), $0.value, market) }),
            // Resting targets without a price come last.
            "sell": .array(
                asks.map { level(.plain($0.key), $0.value, market) }
                    + [
                        level(
                            "NONE",
                            CoinpitBook.Level(quantity: Quantity(attos: attosPerUnit), orders: 1),
                            market)
                    ]),
            "bid": bids.first.map { .plain($0.key) } ?? "NONE",
            "ask": asks.first.map { .plain($0.key) } ?? "NONE",
        ]
        return isFlat(rows, market)
    }

    func publishBook(_ market: ExchangeMarket) {
        let index = market.instrument.id.index
        let old = published[index]
        let new = CoinpitBook(bids: levels(market, .buy), asks: levels(market, .sell))
        published[index] = new
        func changes(
            _ old: [Price: CoinpitBook.Level], _ new: [Price: CoinpitBook.Level]
        ) -> [JSONMember] {
            Set(old.keys).union(new.keys).sorted().filter { old[$0] != new[$0] }.map {
                JSONMember(key: $0.description, value: level(.plain($0), new[$0], market))
            }
        }
        let bids = changes(old.bids, new.bids)
        let asks = changes(old.asks, new.asks)
        guard !bids.isEmpty || !asks.isEmpty, !strikes(settings.quirks.lostDiffs) else { return }
        let rows: JSON = [
            "buy": .object(bids), "sell": .object(asks),
            "bid": new.bids.keys.max().map { .plain($0) } ?? "NONE",
            "ask": new.asks.keys.min().map { .plain($0) } ?? "NONE",
        ]
        broadcast("difforderbook", isFlat(rows, market))
    }

    // MARK: - Trades and the index

    func publishTrades(_ market: ExchangeMarket) {
        let index = market.instrument.id.index
        if market.publishedFrom == nil, !sockets.isEmpty { market.publishedFrom = now }
        for deal in market.tape.deals.suffix(2_000) where deal.id > dealsPublished[index] {
            dealsPublished[index] = deal.id
            broadcast("trade", tradeRow(deal, market))
        }
    }

    func bandRow(_ market: ExchangeMarket) -> JSON {
        let price = market.index ?? .zero
        let tick = market.instrument.tick.attos
        let width = Price(attos: price.attos / 10).rounded(toMultipleOf: tick, .down)
        return [
            "price": .plain(price), "min": .plain(Price(attos: price.attos - width.attos)),
            "max": .plain(price.moved(by: width, up: true)), "instrument": .text(market.name),
        ]
    }

    func band(_ market: ExchangeMarket) -> JSON { isFlat(bandRow(market), market) }

    func publishBand(_ market: ExchangeMarket) {
        let index = market.instrument.id.index
        guard let price = market.index, price != bands[index] else { return }
        bands[index] = price
        broadcast("priceband", band(market))
    }

    // MARK: - The account

    /// Tells an account's sockets what has changed: each change in turn, and behind them the account.
    func publish(_ account: ExchangeAccount) {
        guard account.isChanged else { return }
        protectParts(of: account)
        var events = account.drainChanges().flatMap { self.events($0, account) }
        let isNews = events.contains { $0.0 != "order_update" } || events.isEmpty
        if isNews { events.append(("account", ["account": accountRow(account)])) }
        for (name, payload) in events {
            for socket in openSockets where socket.accounts.contains(where: { $0 === account }) {
                if !strikes(settings.quirks.lostUpdates) { emit(name, payload, to: socket) }
            }
            for sid in pollers.keys.sorted() {
                guard let poller = pollers[sid],
                    poller.accounts.contains(where: { $0 === account })
                else { continue }
                emit(name, payload, to: poller)
            }
        }
    }

    private func events(_ change: AccountChange, _ account: ExchangeAccount) -> [(String, JSON)] {
        switch change {
        case .order(let order, _, let view):
            let isFirst = !order.isReported
            order.isReported = true
            let rows: JSON = ["result": [row(view)]]
            if isFirst, view.isOpen { return [("order_add", rows)] }
            if view.isOpen { return [("order_update", rows)] }
            if settings.quirks.silentEnds { return [] }
            return [(view.filled > .zero ? "order_closed" : "order_cancelled", rows)]
        case .execution(let execution, _):
            return [("order_execution", executionRow(execution, account))]
        case .stop(let stop, let news):
            switch news {
            case .waits: return [("order_add", ["result": [row(stop)]])]
            case .cancelled:
                let id = CoinpitID(.order, stop.id, at: stop.createdAt).text
                return [("order_del", ["result": [.text(id)]])]
            case .woke: return []
            }
        case .position, .wallet: return []
        }
    }
}
