internal import PlainJSON
internal import TradingModel

/// A fill as the trade history shows it.
struct CoinutFill {
    let execution: ExchangeExecution
    let row: JSON
}

/// What an account hears and may ask: fills, open orders, history, balances.
extension CoinutSimulator {
    // MARK: - Fills

    /// Applies what has happened to an account; its fills as messages, in their order.
    func drainFills(_ account: ExchangeAccount) -> [JSON] {
        var messages: [JSON] = []
        for change in account.drainChanges() {
            guard case .execution(let execution, let order) = change else { continue }
            let row = fill(execution, order)
            account.append(
                CoinutFill(execution: execution, row: row),
                to: &history[account.settings.key, default: []])
            messages.append(
                (["nonce": .integer(orderNonces[order.id] ?? 0)] as JSON).adding(row)
                    .adding(["reply": "order_filled", "status": ["OK"]]))
            if order.isComplete { orderNonces[order.id] = nil }
        }
        return messages
    }

    private func fill(_ execution: ExchangeExecution, _ order: OrderView) -> JSON {
        let instrument = JSON.integer(
            markets.first { $0.market === execution.market }?.id ?? 0)
        var state: JSON = [
            "client_ord_id": .integer(Int64(execution.clientID) ?? 0), "inst_id": instrument,
            "open_qty": .padded(order.remaining), "order_id": .integer(order.id),
            "qty": .padded(order.amount), "side": .side(order.side),
            "timestamp": .microseconds(order.createdAt),
        ]
        if let price = order.price { state = state.adding(["price": .padded(price)]) }
        return [
            "commission": [
                "amount": .padded(execution.fee), "currency": .text(execution.feeCurrency.code),
            ],
            "fill_price": .padded(execution.price), "fill_qty": .padded(execution.quantity),
            "order": state, "timestamp": .microseconds(execution.time),
            "trans_id": .integer(execution.id),
        ]
    }

    /// Pushes to all connections of a user, but the one whose answer it is.
    func push(_ account: ExchangeAccount, _ messages: [JSON], except own: CoinutConnection?) {
        guard !messages.isEmpty else { return }
        for connection in openConnections
        where connection.account === account && connection !== own {
            for message in messages { send(message, to: connection.id) }
        }
    }

    /// Publishes what the market did to an account's orders.
    func publish(_ account: ExchangeAccount) {
        guard account.isChanged else { return }
        push(account, drainFills(account), except: nil)
    }

    // MARK: - Questions

    static func openOrders(
        _ venue: CoinutSimulator, _ call: CoinutCall
    ) throws(CoinutSimulatorRefusal) -> CoinutReply {
        let market = try venue.known(call)
        let lists = try call.account.lists(
            areStale: venue.strikes(venue.settings.quirks.staleLists))
        let rows = lists.open.filter { $0.market === market.market }.map { order -> JSON in
            [
                "order_id": .integer(order.id), "open_qty": .padded(order.remaining),
                "price": .padded(order.price ?? .zero), "inst_id": .integer(market.id),
                "client_ord_id": .integer(Int64(order.terms.clientID) ?? 0),
                "timestamp": .microseconds(order.createdAt), "qty": .padded(order.amount),
                "side": .side(order.side),
            ]
        }
        return .messages([call.reply(["orders": .array(rows)])])
    }

    /// The newest first; the start is counted from there, so new fills shift it.
    static func tradeHistory(
        _ venue: CoinutSimulator, _ call: CoinutCall
    ) throws(CoinutSimulatorRefusal) -> CoinutReply {
        let market = try venue.known(call)
        let start = try call.parameters.integer("start", in: 0...1_000_000_000, usual: 0)
        let limit = try call.parameters.integer("limit", in: 1...1_000, usual: 100)
        let areLate = venue.settings.quirks.lateExecutions
        let fills = (venue.history[try call.account.settings.key] ?? []).reversed().filter {
            $0.execution.market === market.market
                && $0.execution.isListed(at: venue.now, areLate: areLate)
        }
        return .messages([
            call.reply([
                "total_number": .integer(fills.count),
                "trades": .array(fills.dropFirst(start).prefix(limit).map(\.row)),
            ])
        ])
    }

    /// All currencies of the venue, those without money too; whether what orders bind is in the
    /// numbers is not documented.
    static func balances(
        _ venue: CoinutSimulator, _ call: CoinutCall
    ) throws(CoinutSimulatorRefusal) -> CoinutReply {
        let account = try call.account
        let traded = venue.markets.flatMap { [$0.market.base, $0.market.quote] }
        let held = account.wallets[.spot]?.currencies ?? []
        let amounts = Set(traded + held).sorted().map { currency -> (String, JSON) in
            let holding = account.holding(.spot, currency)
            let isAvailable = venue.settings.quirks.availableBalances
            return (currency.code, .padded(isAvailable ? holding.available : holding.total))
        }
        let derivatives = [
            "floating_pl", "initial_margin", "realized_pl", "maintenance_margin", "equity",
        ].map { ($0, JSON.text("0.00000000")) }
        return .messages([
            call.reply(
                JSON.pairs(amounts + derivatives).adding([
                    "trans_id": .integer(venue.transactions.last)
                ]))
        ])
    }
}
