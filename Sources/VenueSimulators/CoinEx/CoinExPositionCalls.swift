internal import PlainJSON
internal import TradingModel

/// What changes positions over REST.
extension CoinExSimulator {
    private func futuresMarket(_ call: Call) throws(CoinExRefusal) -> ExchangeMarket {
        let market = try known(call)
        try checkType(call.parameters, call.product)
        return market
    }

    static func closePosition(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let market = try venue.futuresMarket(call)
        guard let kind = try call.parameters.choice("type", ExchangeOrderKind.init(coinEx:))
        else { throw .invalid("type") }
        let price = try price(call.parameters, "price", market)
        guard (price != nil) == kind.hasPrice else { throw .invalid("price") }
        let amount = try quantity(call.parameters, market)
        let clientID = try clientID(call.parameters)
        let account = try call.account
        let order = try CoinExRefusal.inVenueWords(
            try account.closePosition(
                market, kind: kind, price: price, amount: amount, clientID: clientID))
        return .success(order.view.row(venue.settings.quirks))
    }

    static func adjustLeverage(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let market = try venue.futuresMarket(call)
        let mode = try call.parameters.needed("margin_mode")
        guard mode == "cross" || mode == "isolated" else { throw .invalid("margin_mode") }
        let leverage = try call.parameters.neededInteger("leverage")
        guard let small = Int(exactly: leverage) else { throw .invalid("leverage") }
        let account = try call.account
        try CoinExRefusal.inVenueWords(
            try account.setLeverage(market, small, isCross: mode == "cross"))
        return .success(["margin_mode": .text(mode), "leverage": .integer(leverage)])
    }

    static func adjustMargin(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let market = try venue.futuresMarket(call)
        guard let amount: Money = try call.parameters.decimal("amount"), amount != .zero else {
            throw .invalid("amount")
        }
        let account = try call.account
        try CoinExRefusal.inVenueWords(try account.adjustMargin(market, by: amount))
        return .success(try venue.positionRow(market, account))
    }

    private func positionRow(
        _ market: ExchangeMarket, _ account: ExchangeAccount
    ) throws(CoinExRefusal) -> JSON {
        guard let position = account.position(market) else { throw .noPosition }
        return position.rowWithExits
    }

    /// Sets or changes the stop-loss or take-profit of a position.
    static func setExit(isStopLoss: Bool) -> CoinExRoute.Handler {
        let name = isStopLoss ? "stop_loss" : "take_profit"
        return { (venue, call) throws(CoinExRefusal) in
            let market = try venue.futuresMarket(call)
            let account = try call.account
            guard var position = account.position(market) else { throw .noPosition }
            guard
                let kind = try call.parameters.choice(
                    name + "_type", TriggerPrice.init(coinEx:))
            else { throw .invalid(name + "_type") }
            guard let price = try price(call.parameters, name + "_price", market) else {
                throw .invalid(name + "_price")
            }
            let amount: Quantity? = try call.parameters.decimal(name + "_amount")
            let exit = PositionExit(
                id: account.numbers.nextPosition(), kind: kind, price: price, amount: amount,
                createdAt: venue.now)
            if isStopLoss { position.stopLoss = exit } else { position.takeProfit = exit }
            position.updatedAt = venue.now
            account.keep(position, marginBefore: position.margin)
            return .success(position.rowWithExits)
        }
    }

    static func dropExit(isStopLoss: Bool) -> CoinExRoute.Handler {
        { (venue, call) throws(CoinExRefusal) in
            let market = try venue.futuresMarket(call)
            let account = try call.account
            guard var position = account.position(market) else { throw .noPosition }
            if isStopLoss { position.stopLoss = nil } else { position.takeProfit = nil }
            position.updatedAt = venue.now
            account.keep(position, marginBefore: position.margin)
            return .success(position.rowWithExits)
        }
    }
}
