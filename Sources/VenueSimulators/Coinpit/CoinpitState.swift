internal import PlainJSON
internal import TradingModel

/// The page beside the venue's own, with its ids as the venue's wire has them.
extension CoinpitSimulator {
    var ownState: JSON {
        let report = exchange.report(of: "coinpit")
        let rows = zip(report["accounts"]?.items ?? [], exchange.accounts).map { row, account in
            translated(row, account)
        }
        return report.replacing("accounts", .array(rows))
    }

    private func translated(_ row: JSON, _ account: ExchangeAccount) -> JSON {
        var names: [String: String] = [:]
        for view in account.finished + account.open.map(\.view) {
            names[String(view.id)] = uuid(of: view)
        }
        for stop in account.stops + account.finishedStops {
            names[String(stop.id)] = CoinpitID(.order, stop.id, at: stop.createdAt).text
        }
        func renamed(_ row: JSON) -> JSON {
            guard let id = row["order_id"]?.text, let name = names[id] else { return row }
            return row.replacing("order_id", .text(name))
        }
        var row = row
        for list in ["open_orders", "stop_orders", "taken"] {
            row = row.replacing(list, .array((row[list]?.items ?? []).map(renamed)))
        }
        let fills = zip(row["fills"]?.items ?? [], account.executions).map { fill, execution in
            renamed(fill).replacing(
                "trade_id",
                .text(CoinpitID(.execution, execution.id, at: execution.time).text))
        }
        return row.replacing("fills", .array(fills))
    }
}

extension JSON {
    /// The same object with another value under a name that it has.
    fileprivate func replacing(_ name: String, _ value: JSON) -> JSON {
        .object((members ?? []).map { $0.key == name ? JSONMember(key: name, value: value) : $0 })
    }
}
