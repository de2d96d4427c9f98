import AccountSession
import CoinEx
import PropertyTesting
import TradingModel

/// What the venue does with orders, and what it pushes about them.
extension FaultyVenue {
    mutating func place(_ body: [String: Any], _ product: String, closes: Bool) -> Answer {
        guard let clientID = body["client_id"] as? String, let amount = count(body["amount"]),
            let type = body["type"] as? String,
            let side = closes ? closingSide : body["side"] as? String
        else { return (4_004, "{}") }
        if random.chance(5) { return (3_109, "{}") }
        if closes, amount > room { return (4_004, "{}") }
        let price = type == "market" ? 100 : (body["price"] as? String).flatMap { Int($0) } ?? 0
        if type == "maker_only", random.chance(20) { return (3_622, "{}") }
        add(product, clientID, side, type, amount, price, closes: closes)
        return (0, json(orders[orders.count - 1]))
    }

    /// How much of the position no open order closes yet.
    private var room: Int {
        let closing = orders.filter { $0.isOpen && $0.closes }.reduce(0) {
            $0 + $1.amount - $1.filled
        }
        return abs(net("futures")) - closing
    }

    private var closingSide: String? {
        let net = net("futures")
        return net == 0 ? nil : net > 0 ? "sell" : "buy"
    }

    private mutating func add(
        _ product: String, _ clientID: String, _ side: String, _ type: String, _ amount: Int,
        _ price: Int, closes: Bool
    ) {
        orders.append(
            WireOrder(
                id: nextID(product), product: product, clientID: clientID, side: side, type: type,
                amount: amount, price: price, closes: closes))
        let place = orders.count - 1
        switch type {
        case "market":
            fill(place, amount)
            if orders[place].isOpen { finish(place) }
        case "ioc":
            if random.bool() { fill(place, random.int(1...amount)) }
            if orders[place].isOpen { finish(place) }
        case "limit" where random.chance(20):
            fill(place, random.int(1...amount))
            if orders[place].isOpen { push("put", place) }
        default: push("put", place)
        }
    }

    /// Each product counts its own orders and executions: numbers are the same in both.
    private func nextID(_ product: String) -> Int {
        1_000 + orders.count { $0.product == product }
    }

    mutating func cancel(_ isMeant: (WireOrder) -> Bool) -> Answer {
        guard let place = orders.firstIndex(where: { isMeant($0) && $0.isOpen }) else {
            return (3_600, "{}")
        }
        finish(place)
        return (0, json(orders[place]))
    }

    mutating func modify(_ body: [String: Any], _ product: String) -> Answer {
        guard
            let place = orders.firstIndex(where: {
                $0.id == body["order_id"] as? Int && $0.product == product && $0.isOpen
            })
        else { return (3_600, "{}") }
        let amount = count(body["amount"]) ?? orders[place].amount
        guard amount > orders[place].filled else { return (4_004, "{}") }
        let price = (body["price"] as? String).flatMap { Int($0) } ?? orders[place].price
        guard changesIDs else {
            orders[place].amount = amount
            orders[place].price = price
            push("modify", place)
            return (0, json(orders[place]))
        }
        let old = orders[place]
        finish(place)
        orders.append(
            WireOrder(
                id: nextID(product), product: product, clientID: old.clientID, side: old.side,
                type: old.type, amount: amount, price: price, filled: old.filled))
        push("put", orders.count - 1)
        return (0, json(orders[orders.count - 1]))
    }

    // MARK: - Stops

    mutating func placeStop(_ body: [String: Any], _ product: String) -> Answer {
        guard let clientID = body["client_id"] as? String, let amount = count(body["amount"]),
            let type = body["type"] as? String, let side = body["side"] as? String,
            let trigger = (body["trigger_price"] as? String).flatMap({ Int($0) })
        else { return (4_004, "{}") }
        let price = (body["price"] as? String).flatMap { Int($0) } ?? 0
        stops.append(
            WireStop(
                id: 1_000 + stops.count, product: product, clientID: clientID, side: side,
                type: type, amount: amount, price: price, trigger: trigger))
        pushStop("put", stops.count - 1)
        return (0, "{\"stop_id\":\(stops[stops.count - 1].id)}")
    }

    mutating func cancelStop(_ isMeant: (WireStop) -> Bool) -> Answer {
        guard let place = stops.firstIndex(where: { isMeant($0) && $0.state == .waiting }) else {
            return (3_600, "{}")
        }
        stops[place].state = .cancelled
        pushStop("cancel", place)
        return (0, json(stops[place]))
    }

    mutating func modifyStop(_ body: [String: Any], _ product: String) -> Answer {
        guard
            let place = stops.firstIndex(where: {
                $0.id == body["stop_id"] as? Int && $0.product == product && $0.state == .waiting
            })
        else { return (3_600, "{}") }
        stops[place].amount = count(body["amount"]) ?? stops[place].amount
        stops[place].price =
            (body["price"] as? String).flatMap { Int($0) } ?? stops[place].price
        if changesIDs { stops[place].id += 100_000 }
        return (0, "{\"stop_id\":\(stops[place].id)}")
    }

    /// The market reaches a stop: it becomes an order of its own with the same client id.
    mutating func wakeStop() {
        let waiting = stops.indices.filter { stops[$0].state == .waiting }
        guard !waiting.isEmpty else { return }
        let place = random.pick(waiting)
        stops[place].state = .woken
        let stop = stops[place]
        pushStop("active", place)
        add(
            stop.product, stop.clientID, stop.side, stop.type, stop.amount,
            stop.type == "market" ? 100 : stop.price, closes: false)
    }

    // MARK: - The market

    /// Somebody takes from an open order.
    mutating func trade() {
        let open = orders.indices.filter { orders[$0].isOpen }
        guard !open.isEmpty else { return }
        let place = random.pick(open)
        fill(place, random.int(1...(orders[place].amount - orders[place].filled)))
        if orders[place].isOpen { push("update", place) }
    }

    /// An order that closes a position is over when there is none to close.
    private mutating func fill(_ place: Int, _ wanted: Int) {
        var amount = wanted
        let order = orders[place]
        if order.closes {
            let net = net("futures")
            amount = min(amount, max(0, order.side == "sell" ? net : -net))
            if amount == 0 { return finish(place) }
        }
        orders[place].filled += amount
        deals.append(
            Deal(
                id: 1 + deals.count { $0.product == order.product }, product: order.product,
                orderID: order.id, side: order.side, amount: amount, price: order.price))
        let deal = json(deals[deals.count - 1])
        if orders[place].filled == orders[place].amount { finish(place) }
        pushes.append((order.product, dealPush(deal)))
        if order.product == "futures" { pushPosition() }
    }

    private mutating func finish(_ place: Int) {
        orders[place].isOpen = false
        // What leaves the book without having been filled at once is pushed.
        if orders[place].type == "ioc", orders[place].filled == 0 { return }
        push("finish", place)
    }

    private mutating func push(_ event: String, _ place: Int) {
        pushes.append((orders[place].product, orderPush(event, json(orders[place]))))
    }

    private mutating func pushStop(_ event: String, _ place: Int) {
        let stop = json(stops[place])
        pushes.append(
            (
                stops[place].product,
                "{\"method\":\"stop.update\",\"data\":{\"event\":\"\(event)\",\"stop\":\(stop)},\"id\":null}"
            ))
    }

    private mutating func pushPosition() {
        let (event, row) = positionJSON.map { ("update", $0) } ?? ("close", position(0))
        pushes.append(
            (
                "futures",
                "{\"method\":\"position.update\",\"data\":{\"event\":\"\(event)\",\"position\":\(row)},\"id\":null}"
            ))
    }

    /// Nil when flat: the list then has no row.
    var positionJSON: String? {
        let net = net("futures")
        return net == 0 ? nil : position(net)
    }

    private func position(_ net: Int) -> String {
        """
        {"market":"BTCUSDT","side":"\(net < 0 ? "short" : "long")",\
        "open_interest":"\(thousandths(abs(net)))","avg_entry_price":"100","leverage":"10"}
        """
    }

    // MARK: - Rows

    private func count(_ text: Any?) -> Int? {
        guard let text = text as? String, let quantity = try? Quantity(text) else { return nil }
        return Int(quantity.attos * 1_000 / attosPerUnit)
    }

    func json(_ order: WireOrder, withStatus: Bool = false) -> String {
        let status =
            order.isOpen
            ? (order.filled > 0 ? "part_filled" : "open")
            : (order.filled == order.amount ? "filled" : "part_canceled")
        return """
            {"order_id":\(order.id),"market":"BTCUSDT","side":"\(order.side)","type":"\(order.type)",\
            "amount":"\(thousandths(order.amount))","price":"\(order.type == "market" ? 0 : order.price)",\
            "unfilled_amount":"\(thousandths(order.amount - order.filled))",\
            "filled_amount":"\(thousandths(order.filled))",\
            "client_id":"\(order.clientID)"\(withStatus ? ",\"status\":\"\(status)\"" : "")}
            """
    }

    func json(_ stop: WireStop) -> String {
        let status =
            switch stop.state {
            case .waiting: "put"
            case .woken: "active_success"
            case .cancelled: "cancel"
            }
        return """
            {"stop_id":\(stop.id),"market":"BTCUSDT","side":"\(stop.side)","type":"\(stop.type)",\
            "amount":"\(thousandths(stop.amount))","price":"\(stop.price)",\
            "trigger_price":"\(stop.trigger)",\
            "trigger_direction":"\(stop.side == "buy" ? "higher" : "lower")",\
            "client_id":"\(stop.clientID)","status":"\(status)"}
            """
    }

    func json(_ deal: Deal) -> String {
        let order = orders.first { $0.id == deal.orderID && $0.product == deal.product }
        return """
            {"deal_id":\(deal.id),"order_id":\(deal.orderID),"market":"BTCUSDT",\
            "side":"\(deal.side)","client_id":"\(order?.clientID ?? "")",\
            "price":"\(deal.price)","amount":"\(thousandths(deal.amount))","role":"taker",\
            "fee":"\(fee(deal))","fee_ccy":"USDT"}
            """
    }

    /// A thousandth of the worth, in the quote currency.
    private func fee(_ deal: Deal) -> String {
        SignedQuantity(attos: Int128(deal.amount * deal.price) * attosPerUnit / 1_000_000)
            .description
    }

    /// All fees of a product, in millionths.
    func fees(_ product: String) -> Int {
        deals.filter { $0.product == product }.reduce(0) { $0 + $1.amount * $1.price }
    }
}
