internal import PlainJSON
internal import TradingModel

/// What an order was sent with that the exchange does not keep.
struct CoinpitOrderTerms {
    /// In points.
    var stop: Price
    /// Nil: no target.
    var target: Price?
    var isCross: Bool
    /// `LMT`, `MKT`, `SLM` or `STM`.
    var type: String
}

/// The stop and the target of a part of a position.
struct CoinpitExit {
    let account: ExchangeAccount
    let market: ExchangeMarket
    let side: Side
    let isCross: Bool
    var stop: Price
    let cushion: Price
    var target: Price?
    let terms: CoinpitOrderTerms
    let openedAt: Timestamp
}

/// Orders: created, changed, cancelled.
extension CoinpitSimulator {
    // MARK: - New ones

    func create(
        _ items: [JSON], _ account: ExchangeAccount, _ market: ExchangeMarket?
    ) throws(CoinpitSimulatorRefusal) -> [JSON] {
        guard !items.isEmpty, items.count <= 100 else { throw .invalid("orders expected") }
        guard account.settings.canTrade else { throw CoinpitSimulatorRefusal(401, "not allowed") }
        var asked: [(ExchangeTerms, CoinpitOrderTerms)] = []
        for item in items { asked.append(try read(item, account, market)) }
        var rows: [JSON] = []
        for (terms, own) in asked { rows.append(try place(terms, own, account)) }
        return rows
    }

    private func read(
        _ item: JSON, _ account: ExchangeAccount, _ market: ExchangeMarket?
    ) throws(CoinpitSimulatorRefusal) -> (ExchangeTerms, CoinpitOrderTerms) {
        let named = item["instrument"]?.text.flatMap { exchange.market($0, .futures) }
        guard let market = item["instrument"] == nil ? market : named else {
            throw .invalid("instrument")
        }
        if let user = item["userid"]?.text, user != account.settings.key {
            throw .invalid("userid")
        }
        guard let client = item["clientid"]?.text, !client.isEmpty else {
            throw .invalid("clientid")
        }
        guard let side = ["buy": Side.buy, "sell": .sell][item["side"]?.text ?? ""] else {
            throw .invalid("side")
        }
        guard let count = item["quantity"]?.integer, (1...1_000_000_000_000).contains(count) else {
            throw .invalid("quantity must be a positive integer")
        }
        let own = try ownTerms(item, market)
        let isMarket = own.type == "MKT" || own.type == "STM"
        var terms = ExchangeTerms(
            market: market, side: side,
            kind: isMarket ? .market : item["postOnly"] == .bool(true) ? .postOnly : .limit,
            amount: Money(attos: Int128(count) * attosPerUnit))
        terms.clientID = client
        terms.selfTrade = .taker
        let distance = own.isCross ? points(settings.terms.crossMarginStop) : own.stop
        terms.marginPoints = distance.moved(by: points(settings.terms.cushion), up: true)
        let price = try Self.price(item, "price", market)
        if own.type == "MKT" {
            guard price == nil else { throw .invalid("MKT must not have a price") }
        } else {
            guard let price, price > .zero else { throw .invalid("price") }
            terms.price = price
        }
        return (terms, own)
    }

    private func ownTerms(
        _ item: JSON, _ market: ExchangeMarket
    ) throws(CoinpitSimulatorRefusal) -> CoinpitOrderTerms {
        guard let type = item["orderType"]?.text, ["LMT", "MKT", "SLM", "STM"].contains(type)
        else { throw .invalid("orderType") }
        let stop = try Self.price(item, "stopPrice", market) ?? points(settings.terms.stop)
        guard stop >= points(settings.terms.leastStop) else { throw .invalid("stopPrice") }
        let hasNone = item["targetPrice"]?.text == "NONE"
        let target =
            hasNone
            ? nil
            : try Self.price(item, "targetPrice", market) ?? points(settings.terms.target)
        if let target, target < .zero { throw .invalid("targetPrice") }
        let isCross = item["crossMargin"] == .bool(true)
        return CoinpitOrderTerms(
            stop: isCross ? points(settings.terms.crossMarginStop) : stop, target: target,
            isCross: isCross, type: type)
    }

    func points(_ count: Int128) -> Price { Price(attos: count * attosPerUnit) }

    private static func price(
        _ item: JSON, _ name: String, _ market: ExchangeMarket
    ) throws(CoinpitSimulatorRefusal) -> Price? {
        guard let json = item[name], json != .null, json.text != "NONE" else { return nil }
        guard case .number(let digits) = json, let price = try? Price(digits).admitted(),
            price.isMultiple(of: market.instrument.tick)
        else { throw .invalid("\(name) must be a multiple of the tick") }
        return price
    }

    private func place(
        _ asked: ExchangeTerms, _ own: CoinpitOrderTerms, _ account: ExchangeAccount
    ) throws(CoinpitSimulatorRefusal) -> JSON {
        if own.type == "SLM" || own.type == "STM" { return try wait(asked, own, account) }
        do throws(Refused) {
            // Its parts are told with what it was sent with: that is known before the first fill.
            terms[account.numbers.next(.futures)] = own
            return row(try account.place(asked).view)
        } catch .noLiquidity where asked.kind == .market {
            return row(endUnfilled(asked, own, account))
        } catch {
            throw CoinpitSimulatorRefusal(error)
        }
    }

    /// What finds nobody is no refusal here: the order was taken, and is cancelled.
    private func endUnfilled(
        _ asked: ExchangeTerms, _ own: CoinpitOrderTerms, _ account: ExchangeAccount
    ) -> OrderView {
        let order = ExchangeOrder(id: account.numbers.nextOrder(.futures), terms: asked, at: now)
        terms[order.id] = own
        account.record(order)
        order.isOpen = false
        account.record(order)
        account.append(order.view, to: &account.finished)
        account.append((order.id, asked.clientID, asked.market, false), to: &account.taken)
        return order.view
    }

    /// Kept until the last price reaches it: a buy at or above, a sale at or below.
    private func wait(
        _ asked: ExchangeTerms, _ own: CoinpitOrderTerms, _ account: ExchangeAccount
    ) throws(CoinpitSimulatorRefusal) -> JSON {
        guard let trigger = asked.price else { throw .invalid("price") }
        var asked = asked
        if own.type == "STM" { asked.price = nil }
        do throws(Refused) {
            let stop = try account.placeStop(asked, trigger: trigger, kind: .latest)
            account.stops[account.stops.count - 1].isHigher = asked.side == .buy
            terms[stop.id] = own
            stopTimes[stop.id] = stop.createdAt
            return row(account.stops[account.stops.count - 1])
        } catch {
            throw CoinpitSimulatorRefusal(error)
        }
    }

    // MARK: - Changes

    /// The price alone can be changed; that of a stop moves the stop of its position.
    func update(
        _ items: [JSON], _ account: ExchangeAccount
    ) throws(CoinpitSimulatorRefusal) -> [JSON] {
        guard !items.isEmpty, items.count <= 100 else { throw .invalid("orders expected") }
        var rows: [JSON] = []
        for item in items {
            guard let id = CoinpitID(item["uuid"]?.text ?? "") else { throw .unknownOrder }
            rows.append(try update(id, item, account))
        }
        return rows
    }

    private func update(
        _ id: CoinpitID, _ item: JSON, _ account: ExchangeAccount
    ) throws(CoinpitSimulatorRefusal) -> JSON {
        switch id.kind {
        case .order:
            if let place = stopPlace(id, account) {
                guard let price = try Self.price(item, "price", account.stops[place].terms.market)
                else { throw .invalid("price") }
                account.stops[place].trigger = price
                if account.stops[place].terms.price != nil {
                    account.stops[place].terms.price = price
                }
                account.stops[place].updatedAt = now
                return row(account.stops[place])
            }
            guard let order = openOrder(id, account) else { throw .unknownOrder }
            guard let price = try Self.price(item, "price", order.market), price > .zero else {
                throw .invalid("price")
            }
            do throws(Refused) {
                try account.modify(order, price: price, amount: nil, newID: false)
            } catch {
                throw CoinpitSimulatorRefusal(error)
            }
            return row(order.view)
        case .stop, .target:
            guard var exit = exits[id.number], exit.account === account,
                let part = part(id.number, account)
            else { throw .unknownOrder }
            let price = try Self.price(item, "price", exit.market)
            if id.kind == .stop {
                guard let price, price > .zero else { throw .invalid("price") }
                exit.stop = price
            } else {
                exit.target = price
            }
            exits[id.number] = exit
            return exitRow(id.kind, part, exit, status: "open")
        case .execution: throw .unknownOrder
        }
    }

    // MARK: - Cancels

    func cancel(
        _ ids: [String], _ account: ExchangeAccount
    ) throws(CoinpitSimulatorRefusal) -> [JSON] {
        guard !ids.isEmpty else { throw .notFound }
        var done: [JSON] = []
        for text in ids {
            guard let id = CoinpitID(text), cancel(id, account) else { continue }
            done.append(.text(text))
        }
        guard !done.isEmpty else { throw .unknownOrder }
        return done
    }

    private func cancel(_ id: CoinpitID, _ account: ExchangeAccount) -> Bool {
        switch id.kind {
        case .order:
            if let place = stopPlace(id, account) {
                let stop = account.stops[place]
                return (try? account.cancelStop(stop.id, stop.terms.market)) != nil
            }
            guard let order = openOrder(id, account) else { return false }
            account.cancel(order)
            return true
        case .stop:
            // To cancel a stop is to execute it.
            guard let exit = exits[id.number], exit.account === account,
                let part = part(id.number, account)
            else { return false }
            close(part, exit, as: .stop)
            return true
        case .target:
            guard exits[id.number]?.account === account, exits[id.number]?.target != nil else {
                return false
            }
            exits[id.number]?.target = nil
            return true
        case .execution: return false
        }
    }

    /// All open orders go, and all positions with them.
    func flatten(_ account: ExchangeAccount, _ market: ExchangeMarket?) -> [JSON] {
        let orders = account.open.filter { market == nil || $0.market === market }
        for order in orders { account.cancel(order) }
        for stop in account.stops where market == nil || stop.terms.market === market {
            _ = try? account.cancelStop(stop.id, stop.terms.market)
        }
        for position in account.positions.compactMap({ $0 })
        where market == nil || position.market === market {
            for part in position.parts {
                if let exit = exits[part.id] { close(part, exit, as: .stop) }
            }
        }
        return orders.map { .text(uuid(of: $0.view)) }
    }

    // MARK: - Several at once

    func patch(
        _ items: [JSON], _ account: ExchangeAccount, _ market: ExchangeMarket?
    ) throws(CoinpitSimulatorRefusal) -> [JSON] {
        guard !items.isEmpty else { throw .invalid("operations expected") }
        return items.map { item in
            let op = item["op"]?.text ?? ""
            var row: JSON = ["op": .text(op)]
            if let path = item["path"] { row = row.adding(["path": path]) }
            do throws(CoinpitSimulatorRefusal) {
                let response = try carryOut(op, item, account, market)
                return row.adding(["statusCode": 200, "response": response])
            } catch {
                return row.adding([
                    "statusCode": .integer(error.status), "error": .text(error.message),
                ])
            }
        }
    }

    private func carryOut(
        _ op: String, _ item: JSON, _ account: ExchangeAccount, _ market: ExchangeMarket?
    ) throws(CoinpitSimulatorRefusal) -> JSON {
        let value = item["value"]?.items ?? item["from"]?.items ?? []
        switch op {
        case "remove":
            let named = value.compactMap(\.text)
            let path = item["path"]?.text.map { [String($0.drop { $0 == "/" })] } ?? []
            return .array(try cancel(named.isEmpty ? path : named, account))
        case "replace": return .array(try update(value, account))
        case "add": return .array(try create(value, account, market))
        // Parts are as fills have made them here.
        case "merge", "split": throw .invalid("\(op) is not simulated")
        default: throw .invalid("op")
        }
    }

    // MARK: - By their ids

    private func openOrder(_ id: CoinpitID, _ account: ExchangeAccount) -> ExchangeOrder? {
        account.open.first { uuid(of: $0.view) == id.text }
    }

    private func stopPlace(_ id: CoinpitID, _ account: ExchangeAccount) -> Int? {
        account.stops.firstIndex { CoinpitID(.order, $0.id, at: $0.createdAt).text == id.text }
    }

    func part(_ id: Int64, _ account: ExchangeAccount) -> ExchangePart? {
        account.positions.lazy.compactMap { $0 }.flatMap(\.parts).first { $0.id == id }
    }

    func order(_ text: String, _ account: ExchangeAccount) throws(CoinpitSimulatorRefusal) -> JSON {
        guard let id = CoinpitID(text) else { throw .unknownOrder }
        if id.kind == .stop || id.kind == .target, let exit = exits[id.number],
            exit.account === account, let part = part(id.number, account)
        {
            return exitRow(id.kind, part, exit, status: "open")
        }
        let lists = account.lists(areStale: strikes(settings.quirks.staleLists))
        if let view = (lists.open + lists.finished).last(where: { uuid(of: $0) == text }) {
            return row(view)
        }
        if let stop = lists.stops.first(where: {
            CoinpitID(.order, $0.id, at: $0.createdAt).text == text
        }) {
            return row(stop)
        }
        guard let ended = endedExits.last(where: { $0["uuid"]?.text == text }) else {
            throw .unknownOrder
        }
        return ended
    }
}
