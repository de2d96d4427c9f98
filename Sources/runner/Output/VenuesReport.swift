import PaperTrading
import PlainJSON
import VenueSessions

/// The venues as a table for people and as JSON for programs.
struct VenuesReport {
    let states: [VenueCondition]
    let withEmbedded: Bool
    /// Whether each venue's whole card is shown to people; programs get it always.
    let withCards: Bool

    // MARK: - Text

    var text: String {
        var blocks: [String] = []
        if withEmbedded {
            blocks.append(
                block(
                    SimulatedExchange.venue, title: "the embedded exchange", Self.embeddedMarkets,
                    .embedded,
                    [("answers", "yes, it needs no network"), ("key", "needs none")]))
        }
        for state in states {
            blocks.append(
                block(
                    state.venue.name, title: state.venue.title, state.venue.markets,
                    state.venue.abilities,
                    [
                        ("address", state.address), ("answers", answer(state)),
                        ("clock", clock(state.report)), ("key", key(state)),
                        ("card", card(state.venue)),
                    ]))
            if withCards { blocks.append(VenueCard(card: state.venue.card).text) }
        }
        return blocks.joined(separator: "\n\n")
    }

    private static let embeddedMarkets = "spot, linear and inverse perpetuals"

    private func block(
        _ name: String, title: String, _ markets: String, _ abilities: VenueAbilities,
        _ rows: [(String, String)]
    ) -> String {
        let all = [
            ("trades", markets), ("feeds", abilities.feeds.joined(separator: ", ")),
            ("orders", abilities.orders.joined(separator: ", ")),
            ("live", abilities.isLive ? "yes" : "no, paper only"),
        ]
        let lines = (all + rows).map { row in
            "  " + row.0 + String(repeating: " ", count: 9 - row.0.count) + row.1
        }
        return (["\(Console.coloured(name, .bold))  \(title)"] + lines).joined(separator: "\n")
    }

    private func card(_ venue: Venue) -> String {
        let card = venue.card
        return card.summary + "; "
            + (withCards ? card.remark : "`runner venues \(venue.name)` shows it")
    }

    private func answer(_ state: VenueCondition) -> String {
        guard let roundTrip = state.report.roundTrip else {
            return "no: \(state.report.problem?.description ?? "not asked")"
        }
        return "yes, in \(milliseconds(roundTrip)) ms"
    }

    private func clock(_ report: VenueReport) -> String {
        guard let offset = report.clockOffset, let doubt = report.clockUncertainty else {
            return "unknown"
        }
        let told = "± \(milliseconds(doubt)) ms"
        guard abs(offset) > doubt else { return "agrees with this machine's, \(told)" }
        return
            "\(milliseconds(abs(offset))) ms \(offset > 0 ? "ahead of" : "behind") this machine's, "
            + told
    }

    private func key(_ state: VenueCondition) -> String {
        let names = state.venue.keyNames
        switch state.key {
        case .none: return "none in \(names.key) and \(names.secret)"
        case .unusable(let reason): return "cannot be used: \(reason)"
        case .tried(.untried): return "not tried: no answer"
        case .tried(.refused(let problem)): return "refused: \(problem)"
        case .tried(.works(let rights, let canWithdraw)):
            let told =
                rights.map { "it may " + $0.joined(separator: ", ") }
                ?? "which rights it has the venue does not tell: it needs trading, and no withdrawal"
            let warning =
                canWithdraw == true ? "; IT CAN WITHDRAW: take that right away from it" : ""
            return "works; \(told)\(warning)"
        }
    }

    /// With one decimal, rounded down.
    private func milliseconds(_ nanoseconds: Int64) -> String {
        "\(nanoseconds / 1_000_000).\(nanoseconds / 100_000 % 10)"
    }

    // MARK: - JSON

    var json: JSON {
        var rows: [JSON] = []
        if withEmbedded {
            rows.append(
                row(
                    SimulatedExchange.venue, "the embedded exchange", Self.embeddedMarkets,
                    .embedded,
                    [
                        ("address", .null), ("answers", .bool(true)), ("round_trip_ms", .null),
                        ("problem", .null), ("clock_offset_ms", .null),
                        ("clock_uncertainty_ms", .null), ("key", .text("not needed")),
                        ("key_problem", .null), ("key_rights", .null), ("key_can_withdraw", .null),
                        ("card", .null),
                    ]))
        }
        return .pairs([("venues", .array(rows + states.map(json)))])
    }

    private func row(
        _ name: String, _ title: String, _ markets: String, _ abilities: VenueAbilities,
        _ rest: [(String, JSON)]
    ) -> JSON {
        .pairs(
            [
                ("name", .text(name)), ("title", .text(title)), ("trades", .text(markets)),
                ("feeds", .array(abilities.feeds.map { .text($0) })),
                ("orders", .array(abilities.orders.map { .text($0) })),
                ("live", .bool(abilities.isLive)),
            ] + rest)
    }

    private func json(_ state: VenueCondition) -> JSON {
        let report = state.report
        return row(
            state.venue.name, state.venue.title, state.venue.markets, state.venue.abilities,
            [
                ("address", .text(state.address)), ("answers", .bool(report.roundTrip != nil)),
                ("round_trip_ms", figure(report.roundTrip)),
                ("problem", report.problem.map { .text($0.description) } ?? .null),
                ("clock_offset_ms", figure(report.clockOffset)),
                ("clock_uncertainty_ms", figure(report.clockUncertainty)),
            ] + keyPairs(state.key) + [("card", VenueCard(card: state.venue.card).json)])
    }

    private func figure(_ nanoseconds: Int64?) -> JSON {
        nanoseconds.map { .figure(Double($0) / 1_000_000) } ?? .null
    }

    private func keyPairs(_ key: VenueCondition.Key) -> [(String, JSON)] {
        var state = "none"
        var problem: String?
        var rights: [String]?
        var canWithdraw: Bool?
        switch key {
        case .none: break
        case .unusable(let reason): (state, problem) = ("unusable", reason)
        case .tried(.untried): state = "untried"
        case .tried(.refused(let refusal)): (state, problem) = ("refused", refusal.description)
        case .tried(.works(let told, let withdraws)):
            (state, rights, canWithdraw) = ("works", told, withdraws)
        }
        return [
            ("key", .text(state)), ("key_problem", problem.map { .text($0) } ?? .null),
            ("key_rights", rights.map { .array($0.map { .text($0) }) } ?? .null),
            ("key_can_withdraw", canWithdraw.map { .bool($0) } ?? .null),
        ]
    }
}
