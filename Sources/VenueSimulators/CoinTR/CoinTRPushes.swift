internal import PlainJSON
internal import TradingModel

/// What goes out to the sockets, and in which order.
extension CoinTRSimulator {
    private func push(
        _ channel: String, _ instrument: String?, _ action: String?, _ data: JSON
    ) -> JSON {
        var push: JSON = ["channel": .text(channel)]
        if let instrument { push = push.adding(["instId": .text(instrument)]) }
        if let action { push = push.adding(["action": .text(action)]) }
        return push.adding(["data": data, "pTime": .milliseconds(now)])
    }

    // MARK: - Public channels

    /// What a subscription begins with.
    func beginFeed(_ topic: CoinTRSocket.Topic, _ args: JSON, _ socket: CoinTRSocket) {
        guard var feed = socket.feeds[topic] else { return }
        let count = Self.number(args, "initialNum")
        switch topic.channel {
        case "trades_spot", "trades_perp":
            let deals = feed.market.tape.deals
            feed.tradeID = deals.last?.id ?? 0
            feed.market.publishedFrom = now
            let first = deals.suffix(Int(count ?? 50))
            send(
                push(
                    topic.channel, topic.market, "initial",
                    .array(first.map { Self.row($0, feed.market) })), to: socket)
        case "kline_spot", "kline_perp":
            let rows = candles(feed.market, minutes: feed.minutes).suffix(Int(count ?? 0))
                .map { candleRow($0, feed.market, inMilliseconds: false) }
            if !rows.isEmpty {
                send(push(topic.channel, topic.market, "initial", .array(rows)), to: socket)
            }
        default: publish(topic, &feed, socket)
        }
        socket.feeds[topic] = feed
    }

    private static func row(_ deal: MarketTape.Deal, _ market: ExchangeMarket) -> JSON {
        [
            "mTime": .milliseconds(deal.time), "px": .text(deal.price.description),
            "sz": .text(market.wireSize(deal.quantity).description),
            "side": .text(deal.taker == .buy ? "BUY" : "SELL"), "tradeId": .integer(deal.id),
        ]
    }

    /// Trades as they come; books as often as was asked; figures and candles once a second.
    func publishFeeds(isSecond: Bool) {
        for socket in openSockets {
            for topic in socket.topics {
                guard var feed = socket.feeds[topic] else { continue }
                switch topic.channel {
                case "trades_spot", "trades_perp": publishTrades(topic, &feed, socket)
                case "market_perp", "kline_spot", "kline_perp":
                    if isSecond { publish(topic, &feed, socket) }
                default:
                    if feed.sentAt.advanced(byNanoseconds: feed.span) <= now {
                        publish(topic, &feed, socket)
                    }
                }
                socket.feeds[topic] = feed
            }
        }
    }

    private func publishTrades(
        _ topic: CoinTRSocket.Topic, _ feed: inout CoinTRSocket.Feed, _ socket: CoinTRSocket
    ) {
        let known = feed.tradeID
        let news = feed.market.tape.deals.suffix(1_000).filter { $0.id > known }
        guard let last = news.last else { return }
        feed.tradeID = last.id
        let rows = JSON.array(news.map { Self.row($0, feed.market) })
        var message = push(topic.channel, topic.market, "update", rows)
        // The sample of spot says nothing of when it was made.
        if feed.market.segment == .spot, !settings.quirks.tidyWords {
            message = message.removing("pTime")
        }
        send(message, to: socket)
    }

    /// Tells what there is now, if it is something else than what was told.
    private func publish(
        _ topic: CoinTRSocket.Topic, _ feed: inout CoinTRSocket.Feed, _ socket: CoinTRSocket
    ) {
        let (action, data) = content(topic.channel, feed)
        guard data != feed.sent else { return }
        feed.sent = data
        feed.sentAt = now
        send(push(topic.channel, topic.market, action, data), to: socket)
    }

    private func content(
        _ channel: String, _ feed: CoinTRSocket.Feed
    ) -> (action: String?, data: JSON) {
        let market = feed.market
        switch channel {
        case "books_spot", "books_perp":
            // The sample has no action.
            let action = settings.quirks.tidyWords ? "snapshot" : nil
            return (action, book(market, limit: feed.limit, step: feed.step))
        case "mini_books_spot", "mini_books_perp":
            let book = book(market, limit: 1, step: .zero)
            return (
                "snapshot",
                [
                    "ask": book["asks"]?.items?.first ?? [],
                    "bid": book["bids"]?.items?.first ?? [],
                ]
            )
        case "market_perp":
            return (
                "snapshot",
                [
                    "indexPx": .text((market.index ?? .zero).description),
                    "markPx": .text((market.tape.mark ?? .zero).description),
                    "lPx": .text((market.tape.last ?? .zero).description), "oi": 0,
                    "fundingRate": .text(market.fundingRate.description),
                ]
            )
        default:
            let rows = candles(market, minutes: feed.minutes).suffix(1)
                .map { candleRow($0, market, inMilliseconds: !settings.quirks.tidyWords) }
            return ("update", .array(rows))
        }
    }

    // MARK: - The account's news

    /// What a subscription begins with: all there is, but executions.
    func beginNews(_ channel: String, _ socket: CoinTRSocket) {
        guard let account = socket.account else { return }
        let segment: ExchangeSegment = channel == "user_data_spot" ? .spot : .futures
        let wallet = account.wallets[segment] ?? ExchangeWallet()
        let held = wallet.currencies.filter { wallet[$0].total != .zero }
        send(balances(held, segment, account, "initial"), to: socket)
        let orders = account.open.filter {
            $0.market.segment == segment
                && records[account.settings.key]?.isSilent($0.id, at: now) != true
        }
        let rows = orders.map { pushed($0.view, state(of: $0.view, account)) }
        send(news("orders", segment, .array(rows), "initial"), to: socket)
        guard segment == .futures else { return }
        let open = account.positions.compactMap { $0 }
            .map { row($0, isClosed: false, isPush: true) }
        // Positions that there were have no size.
        let closed = account.finishedPositions.suffix(2)
            .map { row($0, isClosed: true, isPush: true) }
        send(news("positions", segment, .array(closed + open), "initial"), to: socket)
    }

    /// On a channel below the one that was asked for.
    private func news(
        _ name: String, _ segment: ExchangeSegment, _ data: JSON, _ action: String
    ) -> JSON {
        let suffix = segment == .spot ? "spot" : "perp"
        // The samples of spot count seconds.
        let isCoarse = segment == .spot && !settings.quirks.tidyWords
        let time = isCoarse ? now.nanoseconds / 1_000_000_000 : now.nanoseconds / 1_000_000
        return [
            "channel": .text("user_data_\(suffix)@\(name)_\(suffix)"), "action": .text(action),
            "acctId": 100_002, "pTime": .integer(time), "data": data,
        ]
    }

    private func balances(
        _ currencies: [Currency], _ segment: ExchangeSegment, _ account: ExchangeAccount,
        _ action: String
    ) -> JSON {
        guard segment == .futures else {
            let rows = currencies.map { spotRow($0, account) }
            return news("balance", .spot, ["balData": .array(rows)], action)
        }
        let rows = currencies.map { currency in
            futuresRow(currency, account).adding([
                "ordFrozen": .text(account.holding(.futures, currency).frozen.description)
            ])
        }
        return news("balance", .futures, .array(rows), action)
    }

    /// Tells an account's sockets what has changed: orders, executions, balances, positions, in this
    /// order, or with the quirk in any.
    func publish(_ account: ExchangeAccount) {
        guard account.isChanged else { return }
        let changes = account.drainChanges()
        remember(changes, account)
        let record = records[account.settings.key]
        func isPublic(_ id: Int64) -> Bool { record?.isSilent(id, at: now) != true }
        var pushes: [(ExchangeSegment, JSON)] = []
        for order in Self.orders(in: changes) where isPublic(order.id) {
            let row = pushed(order, word(for: order, account))
            let segment = order.market.segment
            pushes.append((segment, news("orders", segment, [row], "update")))
        }
        for case .execution(let deal, _) in changes where isPublic(deal.orderID) {
            let segment = deal.market.segment
            pushes.append((segment, news("fills", segment, [pushed(deal)], "update")))
        }
        for segment in ExchangeSegment.allCases {
            let currencies = changes.compactMap { change -> Currency? in
                if case .wallet(segment, let currency) = change { currency } else { nil }
            }
            guard !currencies.isEmpty else { continue }
            pushes.append((segment, balances(currencies, segment, account, "update")))
        }
        for (position, isClosed) in Self.positions(in: changes) {
            let row = row(position, isClosed: isClosed, isPush: true)
            pushes.append((.futures, news("positions", .futures, [row], "update")))
        }
        if settings.quirks.shuffledChannels { shuffle(&pushes) }
        for socket in openSockets where socket.account === account {
            for (segment, push) in pushes where socket.ownNews.contains(segment) {
                send(push, to: socket)
            }
        }
    }

    /// An order that never was in the books.
    func push(_ order: OrderView, _ state: String, to account: ExchangeAccount) {
        let segment = order.market.segment
        let message = news("orders", segment, [pushed(order, state)], "update")
        for socket in openSockets
        where socket.account === account && socket.ownNews.contains(segment) {
            send(message, to: socket)
        }
    }

    /// Each order once, as it is by now, in the order in which they changed first.
    private static func orders(in changes: [AccountChange]) -> [OrderView] {
        var orders: [ExchangeOrder] = []
        for case .order(let order, _, _) in changes
        where !orders.contains(where: { $0 === order }) { orders.append(order) }
        return orders.map(\.view)
    }

    private static func positions(
        in changes: [AccountChange]
    ) -> [(ExchangePosition, isClosed: Bool)] {
        var positions: [(position: ExchangePosition, isClosed: Bool)] = []
        for case .position(let position, let isClosed) in changes {
            positions.removeAll { $0.position.id == position.id }
            positions.append((position, isClosed))
        }
        return positions.map { ($0.position, isClosed: $0.isClosed) }
    }

    private func word(for order: OrderView, _ account: ExchangeAccount) -> String {
        let record = records[account.settings.key]
        guard !order.isOpen,
            let ended = record?.ended.last(where: {
                $0.order.id == order.id && $0.order.market === order.market
            })
        else { return state(of: order, account) }
        return ended.state
    }

    private func remember(_ changes: [AccountChange], _ account: ExchangeAccount) {
        let key = account.settings.key
        for order in Self.orders(in: changes) where !order.isOpen {
            let isCancelled = records[key]?.cancelling.contains(order.id) == true
            let isWhole = order.status == .filled
            let state = isWhole ? "FILLED" : isCancelled ? "CANCELED" : "EXPIRED"
            records[key]?.record(order, state, at: now)
        }
    }

    private func shuffle(_ pushes: inout [(ExchangeSegment, JSON)]) {
        for place in pushes.indices.dropFirst().reversed() {
            pushes.swapAt(place, Int(draw() * Double(place + 1)))
        }
    }
}
