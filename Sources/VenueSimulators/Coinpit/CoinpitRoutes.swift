internal import PlainJSON
internal import TradingModel

/// What answers which path, in the words of the venue's first pages and in those of the later ones.
extension CoinpitSimulator {
    /// Pages that need no key; nil: the path is another's.
    func open(_ path: [String], _ method: String) throws(CoinpitSimulatorRefusal) -> JSON? {
        guard let first = path.first, first == "all" || first == "auth" else { return nil }
        guard path.count == 2 else { throw .notFound }
        guard method == "GET" else { throw .wrongMethod }
        switch path {
        case ["all", "info"]: return byContract { info($0) }
        case ["all", "band"]: return byContract { bandRow($0) }
        case ["all", "spec"]:
            return ["instruments": ["all": [:]], "parameter": contracts]
        case ["all", "config"]:
            return [
                "instrument": contracts,
                "default": ["instrument": exchange.markets.first.map { .text($0.name) } ?? .null],
                "network": "testnet", "maxOrdersCreateUpdate": 100, "maxPositionsMerge": 40,
                "reservedTicks": 2, "bitcoinDust": 546,
            ]
        case _ where first == "auth":
            guard let own = identities.values.first(where: { $0.publicKey == path[1] }) else {
                throw .unregistered
            }
            return [
                "serverPublicKey": .text(own.serverPublicKey), "userid": .text(own.userID),
            ]
        default: throw .notFound
        }
    }

    func byContract(_ row: (ExchangeMarket) -> JSON) -> JSON {
        .object(exchange.markets.map { JSONMember(key: $0.name, value: row($0)) })
    }

    var contracts: JSON { byContract { contractRow($0) } }

    func answer(_ call: CoinpitCall) throws(CoinpitSimulatorRefusal) -> JSON {
        switch call.path.first {
        case "account": return try account(call)
        case "order": return try orders(call, nil, Array(call.path.dropFirst()))
        case "contract":
            guard call.path.count >= 3 else { throw .notFound }
            guard let market = exchange.market(call.path[1], .futures) else { throw .notFound }
            let rest = Array(call.path.dropFirst(3))
            switch call.path[2] {
            case "order": return try orders(call, market, rest)
            case "orderbook" where call.method == "GET": return wholeBook(market)
            case "trade" where call.method == "GET":
                return .array(market.tape.deals.suffix(100).reversed().map { tradeRow($0, nil) })
            case "chart" where call.method == "GET" && rest.count == 1:
                return try chart(market, rest[0])
            default: throw .notFound
            }
        default: throw .notFound
        }
    }

    /// What moves money off the account is not there.
    private func account(_ call: CoinpitCall) throws(CoinpitSimulatorRefusal) -> JSON {
        guard call.method == "GET" else { throw .wrongMethod }
        let account = call.account
        switch call.path.dropFirst().first {
        case nil: return accountRow(account, isTold: false)
        case "execution":
            let rows = account.executions.suffix(1_000).reversed().filter {
                $0.isListed(at: now, areLate: settings.quirks.lateExecutions)
            }
            return .array(rows.map { executionRow($0, account) })
        case "margin": return ["value": .satoshi(account.holding(.futures, Self.bitcoin).available)]
        case "position": return positions(account)
        case "pnl": return ["pnl": profit(account)]
        default: throw .notFound
        }
    }

    static let bitcoin = Currency("BTC")

    private func chart(
        _ market: ExchangeMarket, _ frame: String
    ) throws(CoinpitSimulatorRefusal) -> JSON {
        guard let minutes = Int64(frame), [1, 5, 15, 60, 1_440].contains(minutes) else {
            throw .notFound
        }
        let span = minutes * MarketTape.minuteNanoseconds
        var bars: [(start: Int64, minute: MarketTape.Minute)] = []
        for minute in market.tape.minutes {
            let start = minute.start.nanoseconds - minute.start.nanoseconds % span
            if bars.last?.start == start {
                bars[bars.count - 1].minute.add(minute)
            } else {
                bars.append((start, minute))
            }
        }
        return .array(
            bars.reversed().prefix(100).map { bar in
                [
                    "t": .integer(bar.start / 1_000_000_000), "o": .plain(bar.minute.open),
                    "h": .plain(bar.minute.high), "l": .plain(bar.minute.low),
                    "c": .plain(bar.minute.close), "v": .plain(bar.minute.volume), "s": 0,
                    "instrument": .text(market.name),
                ]
            })
    }

    // MARK: - Orders

    /// - Parameters:
    ///   - market: nil: of all.
    ///   - rest: what follows `order`.
    private func orders(
        _ call: CoinpitCall, _ market: ExchangeMarket?, _ rest: [String]
    ) throws(CoinpitSimulatorRefusal) -> JSON {
        let ids = rest.last.map { $0.split(separator: ",").map { String($0) } } ?? []
        switch (call.method, rest.first, rest.count) {
        case ("GET", nil, _), ("GET", "open", 1): return .array(openRows(call.account, market))
        case ("GET", "closed", 1): return try ended(call, market, areFilled: true)
        case ("GET", "cancelled", 1): return try ended(call, market, areFilled: false)
        case ("GET", "open", 2), ("GET", _, 1):
            return [try order(rest[rest.count - 1], call.account)]
        case ("POST", nil, _), ("POST", "open", 1):
            return wrapped("order_add", try create(call.body?.items ?? [], call.account, market))
        case ("PUT", nil, _), ("PUT", "open", 1):
            let items = call.body?["orders"]?.items ?? call.body?.items ?? []
            return wrapped("order_update", try update(items, call.account))
        case ("PATCH", nil, _), ("PATCH", "open", 1):
            return wrapped(
                "order_patch", try patch(call.body?.items ?? [], call.account, market))
        case ("DELETE", "open", 2),
            ("DELETE", _?, 1) where rest != ["open"]:
            return wrapped("order_del", try cancel(ids, call.account))
        case ("DELETE", "open", 1), ("DELETE", nil, _):
            let named = call.body?.items?.compactMap(\.text) ?? []
            guard named.isEmpty else {
                return wrapped("order_del", try cancel(named, call.account))
            }
            return wrapped("order_del", flatten(call.account, market))
        default: throw .notFound
        }
    }

    private func wrapped(_ event: String, _ rows: [JSON]) -> JSON {
        guard settings.quirks.wrappedReplies else { return .array(rows) }
        return [.text(event), ["result": .array(rows), "methodName": "order", "topic": "order"]]
    }

    private static let pageSize = 100

    /// Newest first, a hundred behind the one that is named.
    private func ended(
        _ call: CoinpitCall, _ market: ExchangeMarket?, areFilled: Bool
    ) throws(CoinpitSimulatorRefusal) -> JSON {
        let lists = call.account.lists(areStale: strikes(settings.quirks.staleLists))
        var rows = lists.finished.filter {
            ($0.filled > .zero) == areFilled && (market == nil || $0.market === market)
        }.map { row($0) }
        if areFilled { rows += endedExits }
        rows.sort { ($0["eventTime"]?.integer ?? 0) > ($1["eventTime"]?.integer ?? 0) }
        guard let id = call.query["after"] ?? call.query["from"] else {
            return .array(Array(rows.prefix(Self.pageSize)))
        }
        guard let place = rows.firstIndex(where: { $0["uuid"]?.text == id }) else { return [] }
        return .array(
            settings.quirks.newerPages
                ? Array(rows[..<place].suffix(Self.pageSize))
                : Array(rows[(place + 1)...].prefix(Self.pageSize)))
    }
}
