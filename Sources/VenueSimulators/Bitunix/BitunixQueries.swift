internal import PlainJSON
internal import TradingModel

/// What an account may ask about its orders, executions, money and positions.
extension BitunixSimulator {
    /// What lists are narrowed to.
    private struct Filter {
        let market: ExchangeMarket?
        let orderID: String?
        let clientID: String?
        let status: String?
        let times: ClosedRange<Int64>
        let skip: Int
        let limit: Int

        func keeps(_ order: OrderView) -> Bool {
            (market == nil || order.market === market)
                && (orderID == nil || String(order.id) == orderID)
                && (clientID == nil || order.terms.clientID == clientID)
                && (status == nil || order.bitunixStatus == status) && keeps(order.createdAt)
        }

        func keeps(_ deal: ExchangeExecution) -> Bool {
            (market == nil || deal.market === market)
                && (orderID == nil || String(deal.orderID) == orderID) && keeps(deal.time)
        }

        private func keeps(_ time: Timestamp) -> Bool {
            times.contains(time.nanoseconds / 1_000_000)
        }

        func page(_ rows: [JSON]) -> JSON { .array(Array(rows.dropFirst(skip).prefix(limit))) }
    }

    private func filter(_ call: Call) throws(BitunixSimulatorRefusal) -> Filter {
        let parameters = call.parameters
        var market: ExchangeMarket?
        if let name = try parameters.text("symbol") { market = try known(name) }
        let start = try parameters.integer("startTime") ?? 0
        let end = try parameters.integer("endTime") ?? .max
        guard start <= end else { throw .invalid("startTime") }
        return Filter(
            market: market, orderID: try parameters.text("orderId"),
            clientID: try parameters.text("clientId"), status: try parameters.text("status"),
            times: start...end, skip: try parameters.integer("skip", in: 0...1_000_000, usual: 0),
            limit: try parameters.integer("limit", in: 1...100, usual: 10))
    }

    /// The lists that a question for an account's orders meets.
    private func lists(of account: ExchangeAccount) -> OrderLists {
        account.lists(areStale: strikes(settings.quirks.staleLists))
    }

    // MARK: - Orders

    static func orderDetail(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        let account = try call.account
        let id = try call.parameters.text("orderId")
        let clientID = try call.parameters.text("clientId")
        guard id != nil || clientID != nil else { throw .invalid("orderId") }
        let lists = venue.lists(of: account)
        func isMeant(_ order: OrderView) -> Bool {
            id.map { String(order.id) == $0 } ?? (order.terms.clientID == clientID)
        }
        guard let order = lists.open.first(where: isMeant) ?? lists.finished.last(where: isMeant)
        else { throw .unknownOrder }
        return order.row(account, venue.settings.quirks)
    }

    /// The newest first; the total is a text here and a number elsewhere.
    static func pendingOrders(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        let account = try call.account
        let filter = try venue.filter(call)
        let rows = venue.lists(of: account).open.reversed().filter(filter.keeps)
            .map { $0.row(account, venue.settings.quirks) }
        return ["orderList": filter.page(rows), "total": .text(String(rows.count))]
    }

    static func historyOrders(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        let account = try call.account
        let filter = try venue.filter(call)
        let rows = venue.lists(of: account).finished.reversed().filter(filter.keeps)
            .map { $0.row(account, venue.settings.quirks) }
        return ["orderList": filter.page(rows), "total": .integer(rows.count)]
    }

    static func historyTrades(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        let account = try call.account
        let filter = try venue.filter(call)
        let isLate = venue.settings.quirks.lateExecutions
        let rows = account.executions.reversed()
            .filter { filter.keeps($0) && $0.isListed(at: venue.now, areLate: isLate) }
            .map { $0.row(account) }
        return ["tradeList": filter.page(rows), "total": .text(String(rows.count))]
    }

    // MARK: - Money and positions

    static func account(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        let currency = Currency(try call.parameters.needed("marginCoin"))
        let quirks = venue.settings.quirks
        let row = try call.account.row(currency, isHedged: quirks.hedgeMode)
        return quirks.listedAccount ? [row] : row
    }

    static func pendingPositions(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        let filter = try venue.filter(call)
        let positions = try call.account.positions.compactMap(\.self).filter {
            filter.market == nil || $0.market === filter.market
        }
        return .array(positions.map { $0.row(venue.settings.quirks) })
    }

    static func leverageMode(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        let account = try call.account
        let market = try venue.known(try call.parameters.needed("symbol"))
        let index = market.instrument.id.index
        return [
            "symbol": .text(market.name), "marginCoin": .text(market.settle.code),
            "leverage": .integer(account.leverages[index]),
            "marginMode": account.isCross[index] ? "CROSS" : "ISOLATION",
        ]
    }

    static func changeLeverage(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        let account = try call.account
        let market = try venue.known(try call.parameters.needed("symbol"))
        let leverage = try call.parameters.neededInteger("leverage")
        guard leverages.contains(Int(clamping: leverage)) else { throw .badLeverage }
        guard account.openOrders(market).isEmpty else { throw .leverageIsBound }
        let index = market.instrument.id.index
        try BitunixSimulatorRefusal.inVenueWords(
            try account.setLeverage(market, Int(leverage), isCross: account.isCross[index]))
        return [
            [
                "marginCoin": .text(market.settle.code), "symbol": .text(market.name),
                "leverage": .integer(leverage),
            ]
        ]
    }

    static func changeMarginMode(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        let account = try call.account
        let market = try venue.known(try call.parameters.needed("symbol"))
        let modes = ["ISOLATION": false, "CROSS": true]
        guard let isCross = modes[try call.parameters.needed("marginMode")] else {
            throw .invalid("marginMode")
        }
        guard account.openOrders(market).isEmpty, account.position(market) == nil else {
            throw .leverageIsBound
        }
        try BitunixSimulatorRefusal.inVenueWords(
            try account.setLeverage(
                market, account.leverages[market.instrument.id.index], isCross: isCross))
        return [["symbol": .text(market.name), "marginMode": isCross ? "CROSS" : "ISOLATION"]]
    }

    /// One-way mode alone is simulated: there is nothing to change to.
    static func changePositionMode(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        let account = try call.account
        guard account.open.isEmpty, account.positions.allSatisfy({ $0 == nil }) else {
            throw .positionExists
        }
        guard try call.parameters.needed("positionMode") == "ONE_WAY" else {
            throw .invalid("positionMode")
        }
        return [["positionMode": "ONE_WAY"]]
    }
}
