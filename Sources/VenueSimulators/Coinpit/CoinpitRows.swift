internal import PlainJSON
internal import TradingCore
internal import TradingModel

/// A UUID of version 1: its time is when the order was made, and behind that stand a kind and a number.
struct CoinpitID {
    enum Kind: String {
        case order = "a5a1"
        case stop = "a5a2"
        case target = "a5a3"
        case execution = "a5a4"
    }

    let text: String
    let kind: Kind
    let number: Int64

    init(_ kind: Kind, _ number: Int64, at time: Timestamp) {
        self.kind = kind
        self.number = number
        // Tenths of microseconds since 1582.
        let ticks = UInt64(bitPattern: time.nanoseconds / 100) &+ 0x01b2_1dd2_1381_4000
        let digits = { (value: UInt64, count: Int) in
            let text = String(value, radix: 16)
            return String(repeating: "0", count: max(0, count - text.count)) + text.suffix(count)
        }
        text =
            "\(digits(ticks & 0xffff_ffff, 8))-\(digits(ticks >> 32 & 0xffff, 4))-1"
            + "\(digits(ticks >> 48 & 0xfff, 3))-\(kind.rawValue)-\(digits(UInt64(number), 12))"
    }

    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 5, let kind = Kind(rawValue: String(parts[3])),
            let number = Int64(parts[4], radix: 16)
        else { return nil }
        self.text = text
        self.kind = kind
        self.number = number
    }
}

extension JSON {
    /// A number as the venue writes them: without quotes.
    static func plain(_ value: some ExactDecimal) -> JSON { .number(value.description) }

    /// Bitcoin in satoshi.
    static func satoshi(_ amount: Money) -> JSON {
        .number(Money(attos: amount.attos * 100_000_000).description)
    }

    static func coinpitTime(_ time: Timestamp) -> JSON { .integer(time.nanoseconds / 1_000) }
}

/// What the venue tells, row by row.
extension CoinpitSimulator {
    // MARK: - Contracts and their markets

    func contractRow(_ market: ExchangeMarket) -> JSON {
        let own = settings.terms
        let ticks = attosPerUnit / market.instrument.tick.attos
        return [
            "symbol": .text(market.name), "type": "quanto",
            "ticksize": .integer(market.instrument.priceScale.decimals),
            "ticksperpoint": .number("\(ticks)"), "tickvalue": .number("\(own.pointValue / ticks)"),
            "commission": .number("\(own.commission)"), "reward": .number("\(own.reward)"),
            "stopcushion": .number("\(own.cushion)"), "stopprice": .number("\(own.stop)"),
            "targetprice": .number("\(own.target)"),
            "crossMarginInitialStop": .number("\(own.crossMarginStop)"),
            "minMarketStop": .number("\(own.leastStop)"),
            "minLimitStop": .number("\(own.leastStop)"),
            "bandUpperLimit": .number("0.1"), "bandLowerLimit": .number("0.1"), "status": "active",
        ]
    }

    func info(_ market: ExchangeMarket) -> JSON {
        let day = market.tape.summary(ofLast: 1_440, before: now)
        var row: JSON = [
            "indexPrice": market.index.map { .plain($0) } ?? .null,
            "vol24H": [
                "qty": .plain(day?.volume ?? .zero), "btc": .satoshi(day?.value ?? .zero),
                "instrument": .text(market.name),
            ],
        ]
        if let last = market.tape.last { row = row.adding(["lastPrice": .plain(last)]) }
        return row
    }

    func tradeRow(_ deal: MarketTape.Deal, _ market: ExchangeMarket?) -> JSON {
        let row: JSON = [
            "date": .integer(deal.time.nanoseconds / 1_000_000_000), "price": .plain(deal.price),
            "volume": .plain(deal.quantity),
        ]
        return market.map { row.adding(["instrument": .text($0.name)]) } ?? row
    }

    // MARK: - Orders

    func uuid(of view: OrderView) -> String {
        let stop = view.terms.stopID
        if stop != 0, let time = stopTimes[stop] { return CoinpitID(.order, stop, at: time).text }
        if let (kind, part) = exitOrders[view.id] {
            return CoinpitID(kind, part, at: view.createdAt).text
        }
        return CoinpitID(.order, view.id, at: view.createdAt).text
    }

    /// - Parameter isTold: it is no answer to a question, which a copy may give.
    func openRows(
        _ account: ExchangeAccount, _ market: ExchangeMarket?, isTold: Bool = false
    ) -> [JSON] {
        let isStale = !isTold && strikes(settings.quirks.staleLists)
        let lists = account.lists(areStale: isStale)
        let isMeant = { (other: ExchangeMarket) in market == nil || other === market }
        var rows = lists.open.filter { isMeant($0.market) }.map { row($0) }
        rows += lists.stops.filter { isMeant($0.terms.market) }.map { row($0) }
        for position in account.positions.compactMap({ $0 }) where isMeant(position.market) {
            rows += exitRows(position)
        }
        return rows
    }

    private func common(
        _ account: String, _ market: ExchangeMarket, _ side: Side, _ own: CoinpitOrderTerms?
    ) -> JSON {
        [
            "userid": .text(account), "instrument": .text(market.name),
            "side": .text(side == .buy ? "buy" : "sell"),
            "stopPrice": own.map { .plain($0.stop) } ?? .null,
            "targetPrice": own?.target.map { .plain($0) } ?? "NONE",
            "crossMargin": .bool(own?.isCross ?? false), "entryOrder": [:],
            "commission": .number("\(settings.terms.commission)"),
            "reward": .number("\(settings.terms.reward)"),
            "cushion": .number("\(settings.terms.cushion)"), "reservedTicks": 2,
        ]
    }

    func row(_ view: OrderView) -> JSON {
        let own = terms[view.terms.stopID] ?? terms[view.id]
        let cancelled = view.isOpen ? Quantity.zero : view.remaining
        let average =
            view.filled == .zero
            ? nil
            : view.market.instrument.contract.price(
                of: view.filled, worth: view.filledValue, .halfEven)
        var row = common("", view.market, view.side, own).adding([
            "uuid": .text(uuid(of: view)), "clientid": .text(view.terms.clientID),
            "quantity": .plain(view.amount), "filled": .plain(view.filled),
            "cancelled": .plain(cancelled),
            "averagePrice": average.map {
                .plain($0.rounded(toMultipleOf: attosPerUnit / 100_000_000, .halfEven))
            } ?? 0,
            "orderType": .text(own?.type ?? "MKT"),
            "status": view.isOpen ? "open" : view.filled > .zero ? "closed" : "cancelled",
            "entryTime": .coinpitTime(view.isOpen ? view.updatedAt : view.createdAt),
            "eventTime": .coinpitTime(view.isOpen ? view.createdAt : view.updatedAt),
        ])
        if let price = view.price { row = row.adding(["price": .plain(price)]) }
        if view.terms.stopID != 0 { row = row.adding(["triggered": true]) }
        if let (kind, _) = exitOrders[view.id] {
            row = row.removing("clientid").adding([
                "orderType": kind == .stop ? "STP" : "TGT"
            ])
        }
        return row
    }

    /// A stop order that waits.
    func row(_ stop: ExchangeStop) -> JSON {
        let own = terms[stop.id]
        return common("", stop.terms.market, stop.terms.side, own).adding([
            "uuid": .text(CoinpitID(.order, stop.id, at: stop.createdAt).text),
            "clientid": .text(stop.terms.clientID), "quantity": .plain(stop.terms.quantity),
            "filled": 0, "cancelled": 0, "price": .plain(stop.trigger), "averagePrice": 0,
            "orderType": .text(own?.type ?? "STM"), "status": "open",
            "entryTime": .coinpitTime(stop.updatedAt), "eventTime": .coinpitTime(stop.createdAt),
        ])
    }

    // MARK: - Stops and targets of positions

    func exitRows(_ position: ExchangePosition) -> [JSON] {
        position.parts.flatMap { part -> [JSON] in
            guard let exit = exits[part.id] else { return [] }
            return [CoinpitID.Kind.stop, .target].map {
                exitRow($0, part, exit, status: "open")
            }
        }
    }

    func exitRow(
        _ kind: CoinpitID.Kind, _ part: ExchangePart, _ exit: CoinpitExit, status: String
    ) -> JSON {
        let other: CoinpitID.Kind = kind == .stop ? .target : .stop
        let isLong = exit.side == .sell
        let worst = Price(
            attos: isLong
                ? exit.stop.attos - exit.cushion.attos : exit.stop.attos + exit.cushion.attos)
        let tick = exit.market.instrument.tick
        let entry = Money(attos: part.price.attos).times(
            Rate(attos: part.quantity.attos), .halfEven)
        let signed = isLong ? -(entry ?? .zero) : (entry ?? .zero)
        let entryID = CoinpitID(.order, part.orderID, at: part.openedAt).text
        let row = common(exit.account.settings.key, exit.market, exit.side, exit.terms).adding([
            "uuid": .text(CoinpitID(kind, part.id, at: part.openedAt).text),
            "quantity": .plain(part.quantity), "filled": 0, "cancelled": 0,
            "price": kind == .stop ? .plain(exit.stop) : exit.target.map { .plain($0) } ?? "NONE",
            "averagePrice": 0, "orderType": kind == .stop ? "STP" : "TGT", "status": .text(status),
            "entryTime": .coinpitTime(part.openedAt), "eventTime": .coinpitTime(part.openedAt),
            "entryOrder": .object([JSONMember(key: entryID, value: .plain(part.quantity))]),
            "oco": .text(CoinpitID(other, part.id, at: part.openedAt).text),
            "entryPrice": .plain(part.price), "entryAmount": .plain(signed),
        ])
        return kind == .stop ? row.adding(["maxStop": .plain(max(worst, tick))]) : row
    }

    // MARK: - The account

    /// What trading has made since the beginning: nothing is settled on a chain here.
    private func made(_ account: ExchangeAccount) -> Money {
        account.holding(.futures, Self.bitcoin).total - deposit(account)
    }

    private func deposit(_ account: ExchangeAccount) -> Money {
        account.settings.futures[Self.bitcoin] ?? .zero
    }

    func profit(_ account: ExchangeAccount) -> JSON {
        [
            "userid": .text(account.settings.key),
            "accountid": .text(identities[account.settings.key]?.accountID ?? ""),
            "pnl": .satoshi(made(account)), "commission": 0,
        ]
    }

    func positions(_ account: ExchangeAccount) -> JSON {
        .object(
            account.positions.compactMap { $0 }.map { position in
                let net = position.core.net
                let points = position.parts.reduce(Money.zero) {
                    $0
                        + (Money(attos: $1.price.attos).times(
                            Rate(attos: $1.quantity.attos), .halfEven)
                            ?? .zero)
                }
                let signed = net.side == .buy ? -points : points
                return JSONMember(
                    key: position.market.name,
                    value: [
                        "userid": .text(account.settings.key),
                        "instrument": .text(position.market.name),
                        "averagePrice": position.core.averagePrice.map {
                            .plain($0.rounded(toMultipleOf: attosPerUnit / 100_000_000, .halfEven))
                        } ?? 0,
                        "quantity": .plain(net), "entryAmount": .plain(signed), "commission": 0,
                    ])
            })
    }

    func accountRow(_ account: ExchangeAccount, isTold: Bool = true) -> JSON {
        protectParts(of: account)
        let holding = account.holding(.futures, Self.bitcoin)
        let orders = exchange.markets.compactMap { market -> JSONMember? in
            let rows = openRows(account, market, isTold: isTold)
            guard !rows.isEmpty else { return nil }
            let byID = rows.map { JSONMember(key: $0["uuid"]?.text ?? "", value: $0) }
            return JSONMember(key: market.name, value: .object(byID))
        }
        let isSparse = settings.quirks.sparseAccount
        var row: JSON = [
            "orders": isSparse && orders.isEmpty ? [] : .object(orders),
            "positions": positions(account), "accountMargin": .satoshi(deposit(account)),
            "margin": .satoshi(holding.available), "displayMargin": .satoshi(holding.available),
            "userid": .text(account.settings.key),
        ]
        if !isSparse || made(account) != .zero { row = row.adding(["pnl": profit(account)]) }
        return row
    }

    func executionRow(_ execution: ExchangeExecution, _ account: ExchangeAccount) -> JSON {
        let order = views(account).last { $0.id == execution.orderID }
        let type =
            exitOrders[execution.orderID].map { $0.0 == .stop ? "STP" : "TGT" }
            ?? terms[order?.terms.stopID ?? 0]?.type ?? terms[execution.orderID]?.type ?? "LMT"
        return [
            "userid": .text(account.settings.key),
            "executionid": .text(CoinpitID(.execution, execution.id, at: execution.time).text),
            "side": .text(execution.side == .buy ? "buy" : "sell"), "orderType": .text(type),
            "orderid": .text(
                order.map { uuid(of: $0) }
                    ?? CoinpitID(.order, execution.orderID, at: execution.time).text),
            "price": .plain(execution.price), "quantity": .plain(execution.quantity),
            "liquidity": execution.liquidity == .maker ? "reward" : "commission",
            "commission": .satoshi(execution.fee), "eventTime": .coinpitTime(execution.time),
            "instrument": .text(execution.market.name), "entryAmount": 0,
            "pnl": .satoshi(execution.realised),
        ]
    }

    private func views(_ account: ExchangeAccount) -> [OrderView] {
        account.finished + account.open.map(\.view)
    }
}
