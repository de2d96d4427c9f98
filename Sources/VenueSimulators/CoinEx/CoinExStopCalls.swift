internal import PlainJSON
internal import TradingModel

/// Stop orders over REST.
extension CoinExSimulator {
    private func placeStop(
        _ parameters: CoinExParameters, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let terms = try terms(parameters, call.product)
        guard let trigger = try Self.price(parameters, "trigger_price", terms.market) else {
            throw .invalid("trigger_price")
        }
        var kind = TriggerPrice.latest
        if call.product == .futures {
            guard
                let chosen = try parameters.choice(
                    "trigger_price_type", TriggerPrice.init(coinEx:))
            else { throw .invalid("trigger_price_type") }
            kind = chosen
        }
        let account = try call.account
        let stop = try CoinExRefusal.inVenueWords(
            try account.placeStop(terms, trigger: trigger, kind: kind))
        return ["stop_id": .integer(stop.id)]
    }

    static func placeStopOrder(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        .success(try venue.placeStop(call.parameters, call))
    }

    static func placeStopBatch(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        try venue.batch(call, "orders") { (item: JSON) throws(CoinExRefusal) in
            try venue.placeStop(try CoinExParameters(item), call)
        }
    }

    static func modifyStopOrder(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let market = try venue.known(call)
        try venue.checkType(call.parameters, call.product)
        let id = try call.parameters.neededInteger("stop_id")
        let price = try price(call.parameters, "price", market)
        let amount = try quantity(call.parameters, market)
        let trigger = try Self.price(call.parameters, "trigger_price", market)
        let account = try call.account
        let stop = try CoinExRefusal.inVenueWords(
            try account.modifyStop(id, market, price: price, amount: amount, trigger: trigger))
        return .success(["stop_id": .integer(stop.id)])
    }

    static func cancelStopOrder(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let market = try venue.known(call)
        try venue.checkType(call.parameters, call.product)
        let id = try call.parameters.neededInteger("stop_id")
        let account = try call.account
        return .success(try CoinExRefusal.inVenueWords(try account.cancelStop(id, market)).row)
    }

    static func cancelStopBatch(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let market = try venue.known(call)
        let account = try call.account
        return try venue.batch(call, "stop_ids") { (item: JSON) throws(CoinExRefusal) in
            guard let id = item.integer else { throw .invalid("stop_ids") }
            return try CoinExRefusal.inVenueWords(try account.cancelStop(id, market)).row
        }
    }

    static func cancelStopByClientID(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let name = try call.parameters.text("market")
        if let name { _ = try venue.known(name, call.product) }
        try venue.checkType(call.parameters, call.product)
        let clientID = try call.parameters.needed("client_id")
        let account = try call.account
        let found = account.stops.filter {
            $0.terms.clientID == clientID && $0.terms.market.segment == call.product
                && (name == nil || $0.terms.market.name == name)
        }
        guard !found.isEmpty else { throw .notFound }
        var rows: [JSON] = []
        for stop in found {
            let stop = try CoinExRefusal.inVenueWords(
                try account.cancelStop(stop.id, stop.terms.market))
            rows.append(.item(.success(stop.row)))
        }
        return .success(.array(rows))
    }
}
