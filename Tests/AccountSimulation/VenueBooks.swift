package import PlainJSON
package import TradingModel
import VenueSimulators

/// A venue's own books of an account in one market, as any simulator tells them.
package struct VenueBooks {
    /// Of market, as the books name it.
    package let kind: String
    package struct Fill {
        package let id: String
        package let side: Side
        package let quantity: Money
        package let fee: Money
        package let feeCurrency: Currency
    }

    package let fills: [Fill]
    /// Paid and received at settlements.
    package let funding: Money
    /// Signed; nil where the venue has no positions but balances.
    package let position: Money?
    /// What each balance gained since the account's start.
    package let gained: [Currency: Money]
    package let balances: [(currency: Currency, total: Money, available: Money)]
    /// Orders and stops of the run that are open.
    package let openOrders: Int
    /// The venue's ids of open orders that are not the run's.
    package let foreignOrders: [String]
    /// Requests that were refused for being too many.
    package let tooFrequent: Int
    /// The client order ids of the run that it took, in lists within which none may come twice.
    package let taken: [[String]]
}

extension VenueBooks {
    /// Reads what a simulator's `/_simulator/state` says of its first account.
    package init(
        _ state: JSON, _ market: AccountVenue.Market,
        isForeign: @escaping @Sendable (String) -> Bool
    ) throws {
        guard let account = state["accounts"]?.items?.first else {
            throw MissingInBooks("accounts")
        }
        let kind = market.kind
        let ofKind = { (name: String) in
            (account[name]?.items ?? []).filter { $0["segment"]?.text == kind }
        }
        let name = try Symbol(market.symbol)
        let rows = { (list: String) in
            ofKind(list).filter {
                $0["market"]?.text == market.name ?? name.base.code + name.quote.code
            }
        }
        self.kind = kind
        let isOwn = { (row: JSON) in row["client_id"]?.text.map { !isForeign($0) } ?? false }
        fills = try rows("fills").map(Fill.init)
        funding = try rows("funding").reduce(.zero) { try $0 + Money($1.word("received")) }
        position =
            kind == "spot"
            ? nil
            : try rows("positions").reduce(.zero) { held, row in
                let size = try Money(row.word("quantity"))
                return try row.word("side") == "long" ? held + size : held - size
            }
        balances = try ofKind("balances").map {
            (
                Currency(try $0.word("currency")), try Money($0.word("total")),
                try Money($0.word("available"))
            )
        }
        let start = VenueAccount.generous
        gained = balances.reduce(into: [:]) { gained, row in
            let first = (kind == "spot" ? start.spot : start.futures)[row.currency] ?? .zero
            gained[row.currency] = row.total - first
        }
        openOrders =
            rows("open_orders").count(where: isOwn) + rows("stop_orders").count(where: isOwn)
        foreignOrders = try rows("open_orders").filter { !isOwn($0) }
            .map { try $0.word("order_id") }
        tooFrequent = Int(try account.number("too_frequent"))
        taken = [false, true].map { isStop in
            rows("taken").filter { $0["is_stop"] == .bool(isStop) && isOwn($0) }
                .compactMap { $0["client_id"]?.text }
        }
    }
}

extension VenueBooks.Fill {
    fileprivate init(_ row: JSON) throws {
        id = try row.word("trade_id")
        side = try row.word("side") == Side.buy.description ? .buy : .sell
        quantity = try Money(row.word("quantity"))
        fee = try Money(row.word("fee"))
        feeCurrency = Currency(try row.word("fee_currency"))
    }
}

extension JSON {
    fileprivate func word(_ name: String) throws -> String {
        guard let text = self[name]?.text else { throw MissingInBooks(name) }
        return text
    }

    fileprivate func number(_ name: String) throws -> Int64 {
        guard let number = self[name]?.integer else { throw MissingInBooks(name) }
        return number
    }
}

/// What a simulator's books should say and do not.
package struct MissingInBooks: Error {
    package let name: String
    fileprivate init(_ name: String) { self.name = name }
}
