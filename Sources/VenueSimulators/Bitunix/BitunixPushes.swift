internal import PlainJSON
internal import TradingModel

/// What goes out to the sockets, and in which order.
extension BitunixSimulator {
    /// A push of a market's.
    func push(_ channel: String, _ market: String, _ data: JSON) -> JSON {
        ["ch": .text(channel), "symbol": .text(market), "ts": .milliseconds(now), "data": data]
    }

    // MARK: - Public channels

    func publishTimed(hasDepth: Bool, hasFigures: Bool) {
        for socket in openSockets where !socket.isPrivate {
            for market in exchange.markets {
                if hasDepth { publishDepth(market, socket) }
                publishTrades(market, socket)
                if hasFigures { publishFigures(market, socket) }
            }
        }
    }

    /// Whole windows, changed or not.
    private func publishDepth(_ market: ExchangeMarket, _ socket: BitunixSocket) {
        for levels in [1, 5, 15] where socket.wants("depth_book\(levels)", market.name) {
            let data: JSON = [
                "b": self.levels(market, .buy, levels), "a": self.levels(market, .sell, levels),
            ]
            send(push("depth_book\(levels)", market.name, data), to: socket.id)
        }
    }

    private func publishTrades(_ market: ExchangeMarket, _ socket: BitunixSocket) {
        guard socket.wants("trade", market.name) else { return }
        let told = socket.tradesReported[market.name] ?? 0
        let news = market.tape.deals.filter { $0.id > told }
        guard let last = news.last else { return }
        socket.tradesReported[market.name] = last.id
        let rows = news.map { deal -> JSON in
            let second = deal.time.nanoseconds / 1_000_000_000 * 1_000_000_000
            return [
                "t": .iso(Timestamp(nanoseconds: second)), "p": .decimal(deal.price),
                "v": .decimal(deal.quantity), "s": deal.taker == .buy ? "buy" : "sell",
            ]
        }
        send(push("trade", market.name, .array(rows)), to: socket.id)
    }

    private func publishFigures(_ market: ExchangeMarket, _ socket: BitunixSocket) {
        if socket.wants("ticker", market.name) {
            let day = market.bitunixDay(at: now)
            let data: JSON = [
                "s": .text(market.name), "o": .decimal(day.open), "la": .decimal(day.last),
                "h": .decimal(day.high), "l": .decimal(day.low), "b": .decimal(day.volume),
                "q": .decimal(day.value), "r": "0",
            ]
            send(push("ticker", market.name, data), to: socket.id)
        }
        guard socket.wants("price", market.name) else { return }
        let funding = market.bitunixFunding(at: now)
        let percent = Rate(attos: funding.rate.attos * 100)
        let data: JSON = [
            "ip": .decimal(market.index ?? .zero), "mp": .decimal(market.tape.mark ?? .zero),
            "fr": .decimal(percent), "ft": .iso(funding.last), "nft": .iso(funding.next),
        ]
        send(push("price", market.name, data), to: socket.id)
    }

    // MARK: - Private channels

    private struct Push {
        let channel: String
        let data: JSON
    }

    /// Tells an account's sockets what has changed, each change in turn, or with the quirk in any order.
    func publish(_ account: ExchangeAccount) {
        guard account.isChanged else { return }
        var pushes = account.drainChanges().flatMap { self.pushes($0, account) }
        guard !pushes.isEmpty else { return }
        if settings.quirks.shuffledChannels {
            for place in pushes.indices.dropFirst().reversed() {
                pushes.swapAt(place, Int(draw() * Double(place + 1)))
            }
        }
        let quirks = settings.quirks
        for socket in openSockets where socket.account === account {
            for push in pushes {
                if quirks.subscribedPushes, !socket.privately.contains(push.channel) { continue }
                if strikes(quirks.lostUpdates) { continue }
                let data = quirks.listedPushes ? [push.data] : push.data
                send(
                    ["ch": .text(push.channel), "ts": .milliseconds(now), "data": data],
                    to: socket.id)
            }
        }
    }

    /// There are no pushes of executions: what was filled shows in the order's sums.
    private func pushes(_ change: AccountChange, _ account: ExchangeAccount) -> [Push] {
        switch change {
        case .order(let order, _, let view): orderPushes(order, view, account)
        case .position(let position, let isClosed):
            [
                Push(
                    channel: "position",
                    data: position.push(
                        isNew: position.createdAt == position.updatedAt, isClosed: isClosed))
            ]
        case .wallet(.futures, let currency):
            [Push(channel: "balance", data: account.push(currency))]
        case .execution, .stop, .wallet(.spot, _): []
        }
    }

    private func orderPushes(
        _ order: ExchangeOrder, _ view: OrderView, _ account: ExchangeAccount
    ) -> [Push] {
        let quirks = settings.quirks
        let isFirst = !order.isReported
        order.isReported = true
        let event = !view.isOpen ? "CLOSE" : isFirst ? "CREATE" : "UPDATE"
        let push = Push(channel: "order", data: view.push(event, account, quirks))
        guard isFirst, quirks.preparedOrders else { return [push] }
        let prepared = view.push("CREATE", account, quirks, status: "INIT")
        return [Push(channel: "order", data: prepared), push]
    }
}
