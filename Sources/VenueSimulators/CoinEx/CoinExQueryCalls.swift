internal import PlainJSON
internal import TradingModel

/// What an account may ask about its orders, executions, money and positions.
extension CoinExSimulator {
    /// What histories and lists are narrowed to.
    private struct Filter {
        let product: ExchangeSegment
        let market: ExchangeMarket?
        let side: Side?
        let clientID: String?
        let times: ClosedRange<Int64>

        func keeps(_ market: ExchangeMarket, _ side: Side, _ clientID: String) -> Bool {
            market.segment == product && (self.market == nil || self.market === market)
                && (self.side == nil || self.side == side)
                && (self.clientID == nil || self.clientID == clientID)
        }

        func keeps(_ order: OrderView) -> Bool {
            keeps(order.market, order.side, order.terms.clientID)
        }

        func keeps(_ stop: ExchangeStop) -> Bool {
            keeps(stop.terms.market, stop.terms.side, stop.terms.clientID)
        }

        func keeps(_ time: Timestamp) -> Bool { times.contains(time.nanoseconds / 1_000_000) }
    }

    private func filter(_ call: Call) throws(CoinExRefusal) -> Filter {
        try checkType(call.parameters, call.product)
        let name = try call.parameters.text("market")
        var market: ExchangeMarket?
        if let name { market = try known(name, call.product) }
        let start = try call.parameters.integer("start_time") ?? 0
        let end = try call.parameters.integer("end_time") ?? 0
        let last = end > 0 ? end : Int64.max
        guard start <= last else { throw .invalid("start_time") }
        return Filter(
            product: call.product, market: market, side: try call.parameters.side(),
            clientID: try call.parameters.text("client_id"), times: start...last)
    }

    /// The lists that a question for an account's orders meets.
    private func lists(of account: ExchangeAccount) -> OrderLists {
        let share = settings.quirks.staleLists
        return account.lists(areStale: share > 0 && draw() < share)
    }

    private func isListed(_ deal: ExchangeExecution) -> Bool {
        deal.isListed(at: now, areLate: settings.quirks.lateExecutions)
    }

    // MARK: - Orders

    /// An open order, or one that ended with fills; others are not kept.
    private func status(
        _ id: Int64, _ market: ExchangeMarket, _ account: ExchangeAccount
    ) throws(CoinExRefusal) -> JSON {
        let lists = lists(of: account)
        guard
            let order = lists.open.first(where: { $0.id == id && $0.market === market })
                ?? lists.finished.last(where: { $0.id == id && $0.market === market })
        else { throw .notFound }
        return order.row(settings.quirks).adding(["status": .text(order.status.coinExWord)])
    }

    static func orderStatus(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        let market = try venue.known(call)
        let id = try call.parameters.neededInteger("order_id")
        return .success(try venue.status(id, market, try call.account))
    }

    static func batchOrderStatus(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let market = try venue.known(call)
        let account = try call.account
        let ids = try call.parameters.needed("order_ids").split(separator: ",")
        return .success(
            .array(
                ids.map { text in
                    do throws(CoinExRefusal) {
                        guard let id = Int64(text) else { throw .invalid("order_ids") }
                        return .item(.success(try venue.status(id, market, account)))
                    } catch {
                        return .item(.failure(error))
                    }
                }))
    }

    static func pendingOrders(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let filter = try venue.filter(call)
        let rows = venue.lists(of: try call.account).open.filter(filter.keeps)
        let quirks = venue.settings.quirks
        return try .success(page: rows.reversed().map { $0.row(quirks) }, call.parameters)
    }

    /// Orders that ended with fills, the newest first; without the last execution.
    static func finishedOrders(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let filter = try venue.filter(call)
        let quirks = venue.settings.quirks
        let rows = venue.lists(of: try call.account).finished.reversed().filter(filter.keeps)
            .map { order -> JSON in
                let row = order.row(quirks).removing(
                    "last_filled_amount", "last_filled_price", "last_fill_amount", "last_fill_price"
                )
                return quirks.zeroUpdatedAt
                    ? row.removing("updated_at").adding(["updated_at": 0]) : row
            }
        return try .success(page: rows, call.parameters)
    }

    static func pendingStops(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let filter = try venue.filter(call)
        let rows = venue.lists(of: try call.account).stops.reversed()
            .filter(filter.keeps)
        return try .success(page: rows.map(\.row), call.parameters)
    }

    static func finishedStopOrders(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let filter = try venue.filter(call)
        let rows = venue.lists(of: try call.account).finishedStops.reversed()
            .filter(filter.keeps).map { stop -> JSON in
                guard venue.settings.quirks.zeroUpdatedAt else { return stop.row }
                return stop.row.removing("updated_at").adding(["updated_at": 0])
            }
        return try .success(page: rows, call.parameters)
    }

    // MARK: - Executions

    static func userDeals(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        let filter = try venue.filter(call)
        let rows = try call.account.executions.reversed().filter {
            filter.keeps($0.market, $0.side, $0.clientID) && filter.keeps($0.time)
                && venue.isListed($0)
        }
        return try .success(page: rows.map(\.row), call.parameters, hasTotal: false)
    }

    static func orderDeals(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        let filter = try venue.filter(call)
        let id = try call.parameters.neededInteger("order_id")
        let rows = try call.account.executions.reversed().filter {
            $0.orderID == id && filter.keeps($0.market, $0.side, $0.clientID)
                && venue.isListed($0)
        }
        return try .success(page: rows.map(\.row), call.parameters, hasTotal: false)
    }

    // MARK: - Money

    /// Only currencies that hold something are listed.
    static func balances(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        let account = try call.account
        let wallet = account.wallets[call.product] ?? ExchangeWallet()
        let held = wallet.currencies.filter { wallet[$0].total != .zero }
        let isSpot = call.product == .spot
        return .success(
            .array(held.map { isSpot ? account.spotRow($0) : account.futuresRow($0) }))
    }

    /// Changes of spot balances, the newest first.
    static func ledger(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        let currency = try call.parameters.text("ccy")
        let rows = try call.account.ledger.reversed().filter {
            currency == nil || $0.currency.code == currency
        }
        return try .success(page: rows.map(\.row), call.parameters, hasTotal: false)
    }

    /// Settings are taken and change nothing: fees are never paid in CET here.
    static func changeSettings(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        guard try call.parameters.flag("cet_discount_enabled") != nil else {
            throw .invalid("cet_discount_enabled")
        }
        return .success([:])
    }

    static func transfer(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        let products: [String: ExchangeSegment] = ["SPOT": .spot, "FUTURES": .futures]
        guard let from = products[try call.parameters.needed("from_account_type")],
            let to = products[try call.parameters.needed("to_account_type")], from != to
        else { throw .invalid("from_account_type") }
        let currency = Currency(try call.parameters.needed("ccy"))
        guard let amount: Money = try call.parameters.decimal("amount"), amount > .zero else {
            throw .invalid("amount")
        }
        let account = try call.account
        guard amount <= account.available(from, currency) else { throw .insufficient }
        account.wallets[from, default: ExchangeWallet()][currency].total -= amount
        account.wallets[to, default: ExchangeWallet()][currency].total += amount
        return .success([:])
    }

    static func feeRate(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        let type = try call.parameters.needed("market_type")
        guard let product = ExchangeSegment.allCases.first(where: { $0.marketType == type }) else {
            throw .invalid("market_type")
        }
        let market = try venue.known(try call.parameters.needed("market"), product)
        return .success([
            "market": .text(market.name), "maker_rate": .text(market.fees.maker.description),
            "taker_rate": .text(market.fees.taker.description),
        ])
    }

    // MARK: - Positions

    static func pendingPositions(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let filter = try venue.filter(call)
        let rows = try call.account.positions.compactMap { $0 }.filter {
            filter.keeps($0.market, $0.side, "")
        }
        return try .success(page: rows.map(\.row), call.parameters, hasTotal: false)
    }

    static func closedPositions(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let filter = try venue.filter(call)
        let rows = try call.account.finishedPositions.reversed().filter {
            filter.keeps($0.market, $0.side, "") && filter.keeps($0.updatedAt)
        }.map { $0.row.adding(["finished_type": "limit"]) }
        return try .success(page: rows, call.parameters, hasTotal: false)
    }

    static func positionFunding(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let filter = try venue.filter(call)
        let rows = try call.account.fundings.reversed().filter {
            filter.market == nil || $0.market.name == filter.market?.name
        }
        return try .success(page: rows.map(\.row), call.parameters, hasTotal: false)
    }
}
