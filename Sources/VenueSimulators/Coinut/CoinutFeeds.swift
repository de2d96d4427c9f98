internal import PlainJSON
internal import TradingModel

/// Public data: asked for, and subscribed to.
extension CoinutSimulator {
    func known(_ call: CoinutCall) throws(CoinutSimulatorRefusal) -> CoinutMarket {
        guard let market = market(try call.parameters.neededInteger("inst_id")) else {
            throw CoinutSimulatorRefusal(CoinutReason.unknownInstrument.rawValue)
        }
        return market
    }

    /// Whether a request begins or ends a subscription; nil: neither, and never over REST.
    private static func subscribes(_ call: CoinutCall) throws(CoinutSimulatorRefusal) -> Bool? {
        let wanted = try call.parameters.boolean("subscribe")
        return call.connection == nil ? nil : wanted
    }

    // MARK: - Instruments

    static func instruments(
        _ venue: CoinutSimulator, _ call: CoinutCall
    ) throws(CoinutSimulatorRefusal) -> CoinutReply {
        guard try call.parameters.needed("sec_type") == "SPOT" else { throw .invalid("sec_type") }
        let pairs = venue.markets.sorted { $0.market.name < $1.market.name }
            .map { ($0.market.name, JSON.array([$0.listing])) }
        return .messages([call.reply(["SPOT": .pairs(pairs)])])
    }

    // MARK: - Figures

    static func tick(
        _ venue: CoinutSimulator, _ call: CoinutCall
    ) throws(CoinutSimulatorRefusal) -> CoinutReply {
        let market = try venue.known(call)
        let figures = venue.figures(market)
        if let isOn = try subscribes(call) {
            call.connection?.ticks[market.id] =
                isOn ? CoinutTick(market: market, figures: figures) : nil
        }
        let number = venue.transactions.next()
        return .messages([call.reply(market.tick(figures, number: number, at: venue.now))])
    }

    private func figures(_ market: CoinutMarket) -> JSON {
        let figures = market.figures(at: now)
        guard settings.quirks.staleFigures else { return figures }
        let half = JSON.padded(Price(attos: (market.market.tape.last ?? .zero).attos / 2))
        return figures.removing("high24", "low24").adding(["high24": half, "low24": half])
    }

    func publishFigures() {
        for connection in openConnections {
            for (id, tick) in connection.ticks.sorted(by: { $0.key < $1.key }) {
                let figures = figures(tick.market)
                guard figures != tick.figures else { continue }
                connection.ticks[id]?.figures = figures
                send(
                    tick.market.tick(figures, number: transactions.next(), at: now),
                    to: connection.id)
            }
        }
    }

    // MARK: - Trades

    static func trades(
        _ venue: CoinutSimulator, _ call: CoinutCall
    ) throws(CoinutSimulatorRefusal) -> CoinutReply {
        let market = try venue.known(call)
        let isOn = try subscribes(call)
        if isOn == true {
            call.connection?.trades.insert(market.id)
            market.market.publishedFrom = venue.now
        } else if isOn == false {
            call.connection?.trades.remove(market.id)
        }
        let rows = market.market.tape.deals.suffix(100).reversed().map(CoinutMarket.row)
        let snapshot = call.reply(["inst_id": .integer(market.id), "trades": .array(rows)])
        return venue.subscribed(call, isOn, snapshot)
    }

    /// The answer to a subscription, which with the quirk its updates overtake.
    private func subscribed(_ call: CoinutCall, _ isOn: Bool?, _ snapshot: JSON) -> CoinutReply {
        guard settings.quirks.earlyUpdates, isOn == true, let connection = call.connection else {
            return .messages([snapshot])
        }
        sendLate(snapshot, to: connection.id)
        return .nothing
    }

    private func update(_ deal: MarketTape.Deal, _ market: CoinutMarket) -> JSON {
        let head: JSON = ["inst_id": .integer(market.id), "reply": "inst_trade_update"]
        let row = CoinutMarket.row(deal)
        guard settings.quirks.bareTrades else { return head.adding(row) }
        return head.adding(row.removing("qty", "timestamp")).adding(["timestamp": 0])
    }

    // MARK: - Books

    static func book(
        _ venue: CoinutSimulator, _ call: CoinutCall
    ) throws(CoinutSimulatorRefusal) -> CoinutReply {
        let market = try venue.known(call)
        let limit = try call.parameters.integer("top_n")
        guard limit.map({ CoinutBookFeed.limits.contains($0) }) ?? true else {
            throw .invalid("top_n")
        }
        let decimals = try call.parameters.integer("decimal_places")
        guard decimals.map({ (0...8).contains($0) }) ?? true else {
            throw .invalid("decimal_places")
        }
        var feed = CoinutBookFeed(
            market, limit: limit.map { Int($0) }, decimals: decimals.map { Int($0) },
            venue.settings.quirks)
        let isOn = try subscribes(call)
        let snapshot = call.reply(
            feed.snapshot(venue.exchange, venue.settings.quirks, number: venue.transactions.next()))
        if let isOn { call.connection?.books[market.id] = isOn ? feed : nil }
        return venue.subscribed(call, isOn, snapshot)
    }

    // MARK: - What goes out

    /// Publishes a market's new trades and what has become of its book.
    func publish(_ market: CoinutMarket) {
        let deals = market.drainNews()
        for connection in openConnections {
            if connection.trades.contains(market.id) {
                for deal in deals { send(update(deal, market), to: connection.id) }
            }
            guard var feed = connection.books[market.id] else { continue }
            for update in feed.updates(exchange, next: transactions.next) {
                guard !strikes(settings.quirks.lostUpdates) else { continue }
                send(update, to: connection.id)
            }
            connection.books[market.id] = feed
        }
    }

    func publishAll() {
        guard !connections.isEmpty else { return }
        markets.forEach(publish)
    }
}
