import LiveTrading
import ScriptHost
import TradingCore
import TradingModel
import VenueSessions

/// What is shown before real money is traded: whose account, what it holds, what may happen to it.
struct LiveSummary {
    let venue: Venue
    let address: String
    let keys: VenueKeys?
    let settings: Settings
    let script: LuaStrategy
    let origin: ScriptOrigin
    let state: TradingState
    let positions: [VenuePosition]
    let foreign: [ForeignOrder]
    /// Nil: nothing is known of other runs' ids.
    let orderIDs: RunOrderIDs?
    /// What is said of earlier runs.
    let earlier: [String]
    /// Orders of others that it takes over, and whether it takes over coins too.
    let adopted: [EarlierRun.KnownOrder]
    let adoptsHoldings: Bool

    var lines: [String] {
        var lines = [
            "", "LIVE at \(venue.title), \(address), key \(keys.map { shown($0.id) } ?? "–")",
        ]
        lines.append("  balances    " + list(balances, none: "none"))
        lines.append("  positions   " + list(held, none: "none"))
        lines.append("  open orders " + list(open, none: "none"))
        if !earlier.isEmpty { lines.append("  run         " + list(earlier, none: "")) }
        if !taken.isEmpty { lines.append("  adopts      " + list(taken, none: "")) }
        for symbol in script.symbols { lines.append("  limits      \(symbol): \(limits(symbol))") }
        lines.append("  strategy    \(origin.path) (\(origin.hash(of: script.sources)))")
        if !script.parameters.isEmpty {
            lines.append(
                "  parameters  "
                    + script.parameters.map { "\($0.name)=\($0.value)" }.joined(separator: ", "))
        }
        for (symbol, subscription) in script.subscriptions.sorted(by: { $0.key < $1.key }) {
            lines.append("  hears       \(symbol): \(names(of: subscription))")
        }
        lines.append("")
        return lines
    }

    /// Enough to know which key it is.
    private func shown(_ id: String) -> String { id.count > 8 ? "\(id.prefix(4))…" : "•••" }

    private func list(_ parts: [String], none: String) -> String {
        parts.isEmpty ? none : parts.joined(separator: "\n              ")
    }

    private var balances: [String] {
        state.balances.values.filter { $0.total != .zero }.sorted { $0.currency < $1.currency }
            .map { "\($0.currency) \($0.total), \($0.available) of it available" }
    }

    private var held: [String] {
        positions.filter { $0.net != .zero }.map { position in
            let symbol = state.instruments[position.instrument.index].symbol
            return "\(symbol) \(position.net)" + (position.averagePrice.map { " @ \($0)" } ?? "")
                + (position.leverage.map { ", leverage \($0)" } ?? "")
        }
    }

    private var open: [String] {
        foreign.map { order in
            let whose =
                orderIDs?.words(of: order, at: venue)
                ?? "not of this run, it stays, and the limits count it"
            return terms(
                order.instrument, order.side, order.remaining, order.price, order.stop) + whose
        }
    }

    private var taken: [String] {
        var parts = adopted.map { order in
            let request = order.request
            return terms(
                request.instrument, request.side, request.quantity, request.price, request.stop)
                + "the run's own from now on (\(order.id))"
        }
        if adoptsHoldings {
            for (instrument, net) in state.heldCoins where net > .zero {
                parts.append("\(instrument.symbol) \(net), which the account holds")
            }
        }
        return parts
    }

    private func terms(
        _ instrument: InstrumentID, _ side: Side, _ quantity: Quantity, _ price: Price?,
        _ stop: Price?
    ) -> String {
        "\(state.instruments[instrument.index].symbol) \(side) \(quantity)"
            + (price.map { " @ \($0)" } ?? "") + (stop.map { ", waits for \($0)" } ?? "") + ": "
    }

    /// The limits that people ask for first, in their words.
    private static let words: [RiskRefusal.Rule: String] = [
        .maxPosition: "position", .maxOrderQuantity: "order", .maxOrderNotional: "order notional",
        .maxOpenOrders: "open orders", .maxOrdersPerSecond: "orders a second",
        .priceBand: "price band",
    ]

    private func limits(_ symbol: Symbol) -> String {
        let limits = settings.runLimits.limits(of: symbol)
        let parts = RiskLimit.all.compactMap { limit in
            limit.text(in: limits).map { "\(Self.words[limit.rule] ?? limit.rule.rawValue) \($0)" }
        }
        return parts.joined(separator: ", ")
    }

    private func names(of subscription: Subscription) -> String {
        let all: [(FeedSet, String)] = [
            (.trades, "trades"), (.quotes, "quotes"), (.book, "book"), (.ticker, "ticker"),
            (.funding, "funding"),
        ]
        let plain = all.filter { subscription.feeds.contains($0.0) }.map(\.1)
        return (plain + subscription.barSizes.map { "bars:\($0)" }).joined(separator: ", ")
    }
}
