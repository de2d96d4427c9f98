import LiveTrading
import ScriptHost
import TradingCore
import TradingModel
import VenueSessions

/// What is shown before real money is traded: whose accounts, what they hold, what may happen to them.
struct LiveSummary {
    /// By the places of the accounts.
    let venues: [TradedVenue]
    let settings: Settings
    let script: LuaStrategy
    let origin: ScriptOrigin
    let state: TradingState
    let positions: [VenuePosition]
    let foreign: [ForeignOrder]
    /// Orders of others that it takes over, and whether it takes over coins too.
    let adopted: [EarlierRun.KnownOrder]
    let adoptsHoldings: Bool

    var lines: [String] {
        var lines = venues.indices.flatMap(lines(of:))
        for symbol in script.symbols { lines.append("  limits      \(symbol): \(limits(symbol))") }
        for venue in venues where limits(of: venue) != "" {
            lines.append("  limits      \(venue.venue.name): \(limits(of: venue))")
        }
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

    private func lines(of place: Int) -> [String] {
        let traded = venues[place]
        var lines = [""]
        if let live = traded.live {
            lines.append(
                "LIVE at \(traded.venue.title), \(traded.address), key \(shown(live.keys.id))")
        } else {
            lines.append("paper at \(traded.venue.title), \(traded.address)")
        }
        lines.append("  balances    " + list(balances(of: place), none: "none"))
        lines.append("  positions   " + list(held(on: place), none: "none"))
        lines.append("  open orders " + list(open(on: place), none: "none"))
        let earlier = traded.live?.memoryLines ?? traded.paper?.lines ?? []
        if !earlier.isEmpty { lines.append("  run         " + list(earlier, none: "")) }
        let taken = taken(on: place)
        if !taken.isEmpty { lines.append("  adopts      " + list(taken, none: "")) }
        return lines
    }

    /// Enough to know which key it is.
    private func shown(_ id: String) -> String { id.count > 8 ? "\(id.prefix(4))…" : "•••" }

    private func list(_ parts: [String], none: String) -> String {
        parts.isEmpty ? none : parts.joined(separator: "\n              ")
    }

    private func balances(of place: Int) -> [String] {
        state.accountBalances.filter { $0.account == place && $0.total != .zero }
            .sorted { $0.currency < $1.currency }
            .map { "\($0.currency) \($0.total), \($0.available) of it available" }
    }

    /// By the venue's word, or of a simulated account by what its last run left.
    private func held(on place: Int) -> [String] {
        guard venues[place].live != nil else {
            return state.accounts.instruments(of: place).compactMap { instrument in
                let position = state.positions[instrument.index]
                guard position.net != .zero else { return nil }
                let price = position.averagePrice.map { " @ \($0)" } ?? ""
                return "\(state.instruments[instrument].symbol) \(position.net)\(price)"
            }
        }
        return positions.filter {
            $0.net != .zero && state.accounts[$0.instrument] == place
        }.map { position in
            let symbol = state.instruments[position.instrument.index].symbol
            return "\(symbol) \(position.net)" + (position.averagePrice.map { " @ \($0)" } ?? "")
                + (position.leverage.map { ", leverage \($0)" } ?? "")
        }
    }

    private func open(on place: Int) -> [String] {
        foreign.filter { state.accounts[$0.instrument] == place }.map { order in
            let whose =
                venues[place].live?.orderIDs.words(of: order, at: venues[place].venue)
                ?? "not of this run, it stays, and the limits count it"
            return terms(
                order.instrument, order.side, order.remaining, order.price, order.stop) + whose
        }
    }

    private func taken(on place: Int) -> [String] {
        let own = adopted.filter { state.accounts[$0.request.instrument] == place }
        var parts = own.map { order in
            let request = order.request
            return terms(
                request.instrument, request.side, request.quantity, request.price, request.stop)
                + "the run's own from now on (\(order.id))"
        }
        if adoptsHoldings {
            for (instrument, net) in state.heldCoins
            where net > .zero && state.accounts[instrument.id] == place {
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
        inWords(settings.runLimits.limits(of: symbol))
    }

    /// What is counted for a venue besides.
    private func limits(of traded: TradedVenue) -> String {
        inWords(settings.limitsByVenue[traded.venue.name] ?? RiskLimits())
    }

    private func inWords(_ limits: RiskLimits) -> String {
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
