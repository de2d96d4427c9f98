internal import PlainJSON
internal import TradingModel

/// What goes out to the sockets, and in which order.
extension CoinExSimulator {
    func push(_ channel: String, _ data: JSON) -> JSON {
        ["method": .text(channel + ".update"), "data": data, "id": .null]
    }

    /// Every frame of the venue is binary and one gzip member.
    func send(_ message: JSON, on socket: CoinExSocket) {
        let bytes = message.bytes
        let isText = settings.quirks.textFrames
        outputs.append(.send(socket.id, isText ? bytes : gzipped(bytes), isText: isText))
    }

    private var openSockets: [CoinExSocket] {
        sockets.keys.sorted().compactMap { sockets[$0] }
    }

    // MARK: - Public channels

    /// What a new subscription gets behind its acknowledgement.
    func firstPushes(_ channel: String, _ names: [String], _ socket: CoinExSocket) -> [JSON] {
        let wanted = exchange.markets(of: socket.product).filter {
            names.isEmpty || names.contains($0.name)
        }
        switch channel {
        case "deals":
            for market in wanted {
                socket.dealsPushed[market.name] = 0
                market.publishedFrom = now
            }
            return wanted.compactMap { dealsPush($0, socket) }
        case "bbo":
            for market in wanted { socket.touchesPushed[market.name] = nil }
            return wanted.compactMap { touchPush($0, socket) }
        case "state":
            for market in wanted { socket.statesPushed[market.name] = nil }
            return []
        default: return []
        }
    }

    /// State, depth, deals; every five seconds index and premium.
    func publishTimed(isIndexDue: Bool) {
        for socket in openSockets {
            let markets = exchange.markets(of: socket.product)
            publishStates(markets, socket)
            for market in markets {
                if var feed = socket.depth[market.name] {
                    if let push = depthPush(&feed) { send(push, on: socket) }
                    socket.depth[market.name] = feed
                }
                if socket.wants("deals", market.name), let push = dealsPush(market, socket) {
                    send(push, on: socket)
                }
                if isIndexDue { publishIndex(market, socket) }
            }
        }
    }

    private func publishStates(_ markets: [ExchangeMarket], _ socket: CoinExSocket) {
        var states: [JSON] = []
        for market in markets where socket.wants("state", market.name) {
            let state = market.state(at: now)
            guard socket.statesPushed[market.name] != state else { continue }
            socket.statesPushed[market.name] = state
            states.append(state)
        }
        if !states.isEmpty { send(push("state", ["state_list": .array(states)]), on: socket) }
    }

    private func publishIndex(_ market: ExchangeMarket, _ socket: CoinExSocket) {
        if socket.wants("index", market.name), let index = market.index {
            let mark = market.tape.mark ?? index
            let data: JSON = [
                "market": .text(market.name), "index_price": .text(index.description),
            ]
            let more: JSON =
                market.segment == .futures ? ["mark_price": .text(mark.description)] : [:]
            send(push("index", data.adding(more)), on: socket)
        }
        if socket.wants("premium", market.name) {
            let data: JSON = [
                "market": .text(market.name), "premium_index": "0",
                "updated_at": .milliseconds(stamp(now)),
            ]
            send(push("premium", data), on: socket)
        }
    }

    /// Deals that the socket has not heard of, the newest first; at first up to 100 of the past.
    private func dealsPush(_ market: ExchangeMarket, _ socket: CoinExSocket) -> JSON? {
        let told = socket.dealsPushed[market.name] ?? 0
        let news = market.tape.deals.suffix(told == 0 ? 100 : 1_000).filter { $0.id > told }
        guard let last = news.last else { return nil }
        socket.dealsPushed[market.name] = last.id
        return push(
            "deals",
            [
                "market": .text(market.name),
                "deal_list": .array(news.reversed().map(ExchangeMarket.dealRow)),
            ])
    }

    /// Tells of a new best bid or ask at once.
    func publishTouch(of market: ExchangeMarket) {
        for socket in openSockets
        where socket.product == market.segment && socket.wants("bbo", market.name) {
            if let push = touchPush(market, socket) { send(push, on: socket) }
        }
    }

    private func touchPush(_ market: ExchangeMarket, _ socket: CoinExSocket) -> JSON? {
        let view = depthView(market, limit: 1, interval: .zero)
        let touch: JSON = [
            "best_bid_price": .text((view.bids.first?.price ?? .zero).description),
            "best_bid_size": .text((view.bids.first?.quantity ?? .zero).description),
            "best_ask_price": .text((view.asks.first?.price ?? .zero).description),
            "best_ask_size": .text((view.asks.first?.quantity ?? .zero).description),
        ]
        guard socket.touchesPushed[market.name] != touch else { return nil }
        socket.touchesPushed[market.name] = touch
        let head: JSON = [
            "market": .text(market.name),
            "updated_at": .milliseconds(stamp(market.tape.changedAt)),
        ]
        return push("bbo", head.adding(touch))
    }

    // MARK: - Private channels

    /// One push of an account: its channel, what a subscription filters by, and its content.
    private struct Push {
        let channel: String
        let product: ExchangeSegment
        /// The market, or of balances nil: those are filtered by currency.
        let market: String?
        let data: JSON
    }

    /// Tells an account's sockets what has changed: orders, deals, balances, positions, in this
    /// order, or with the quirk in any.
    func publish(_ account: ExchangeAccount) {
        guard account.isChanged else { return }
        let news = CoinExNews(account.drainChanges())
        var pushes = news.orders.flatMap { orderPushes($0.order, $0.news) }
        pushes += news.stops.map { stopPush($0.stop, $0.news) }
        pushes += news.deals.map {
            Push(
                channel: "user_deals", product: $0.market.segment, market: $0.market.name,
                data: $0.push)
        }
        pushes += ExchangeSegment.allCases.compactMap {
            balancePush(account, $0, news.currencies[$0] ?? [])
        }
        pushes += news.positions.map {
            Push(
                channel: "position", product: .futures, market: $0.position.market.name,
                data: [
                    "event": .text($0.isClosed ? "close" : "update"),
                    "position": $0.position.push,
                ])
        }
        guard !pushes.isEmpty else { return }
        if settings.quirks.shuffledChannels { shuffle(&pushes) }
        for socket in openSockets where socket.account === account {
            for push in pushes where push.product == socket.product { deliver(push, socket) }
        }
    }

    private func shuffle(_ pushes: inout [Push]) {
        for place in pushes.indices.dropFirst().reversed() {
            pushes.swapAt(place, Int(draw() * Double(place + 1)))
        }
    }

    private func deliver(_ item: Push, _ socket: CoinExSocket) {
        if let market = item.market {
            guard socket.wants(item.channel, market) else { return }
            return send(push(item.channel, item.data), on: socket)
        }
        let rows = (item.data["balance_list"]?.items ?? []).filter {
            socket.wants(item.channel, $0["ccy"]?.text ?? "")
        }
        guard !rows.isEmpty else { return }
        send(push(item.channel, ["balance_list": .array(rows)]), on: socket)
    }

    private func stopPush(_ stop: ExchangeStop, _ news: AccountChange.StopNews) -> Push {
        let (event, status) =
            switch news {
            case .waits: ("put", "put")
            case .cancelled: ("cancel", "cancel")
            case .woke(let isTaken): ("active", isTaken ? "active_success" : "active_fail")
            }
        return Push(
            channel: "stop", product: stop.terms.market.segment, market: stop.terms.market.name,
            data: ["event": .text(event), "stop": stop.push(status: status)])
    }

    private func orderPushes(
        _ order: ExchangeOrder, _ news: AccountChange.OrderNews
    ) -> [Push] {
        let event = { (name: String, row: JSON) in
            Push(
                channel: "order", product: order.market.segment, market: order.market.name,
                data: ["event": .text(name), "order": row])
        }
        let wasTold = order.isReported
        order.isReported = true
        switch news {
        case .progressed where order.isOpen:
            return [event(wasTold ? "update" : "put", order.view.push)]
        case .progressed:
            // Nobody ever hears of an ioc order that found nothing.
            let isSilent = !wasTold && order.filled == .zero && order.terms.kind == .ioc
            return isSilent ? [] : [event("finish", order.view.push)]
        case .modified:
            let modified = event("modify", order.view.push)
            return order.isOpen ? [modified] : [modified, event("finish", order.view.push)]
        case .replaced(let oldID):
            let old = JSON.object(
                (order.view.push.members ?? []).map {
                    $0.key == "order_id"
                        ? JSONMember(key: $0.key, value: .integer(oldID)) : $0
                })
            let now = order.isOpen ? "put" : "finish"
            return [event("finish", old), event(now, order.view.push)]
        }
    }

    /// The currencies of a wallet that have changed; nil: none has.
    private func balancePush(
        _ account: ExchangeAccount, _ product: ExchangeSegment, _ currencies: [Currency]
    ) -> Push? {
        guard !currencies.isEmpty else { return nil }
        let rows = currencies.map { currency -> JSON in
            guard product == .futures else {
                return (["margin_market": ""] as JSON).adding(
                    account.spotRow(currency).adding(["updated_at": .milliseconds(now)]))
            }
            let holding = account.holding(.futures, currency)
            let equity = holding.total + account.unrealised(currency)
            return account.futuresRow(currency).adding(["equity": .text(equity.description)])
        }
        return Push(
            channel: "balance", product: product, market: nil,
            data: ["balance_list": .array(rows)])
    }
}

extension ExchangeAccount {
    func spotRow(_ currency: Currency) -> JSON {
        let holding = holding(.spot, currency)
        return [
            "ccy": .text(currency.code), "available": .text(holding.available.description),
            "frozen": .text(holding.frozen.description),
        ]
    }

    func futuresRow(_ currency: Currency) -> JSON {
        let holding = holding(.futures, currency)
        return [
            "ccy": .text(currency.code), "available": .text(holding.available.description),
            "frozen": .text(holding.frozen.description),
            "margin": .text(holding.margin.description),
            "transferrable": .text(holding.available.description),
            "unrealized_pnl": .text(unrealised(currency).description),
        ]
    }
}
