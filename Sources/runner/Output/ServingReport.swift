import PlainJSON
import SimulatorServer
import TradingModel
import VenueSessions
import VenueSimulators

/// What a simulator's user has to know to reach it, and what it served when it ends.
struct ServingReport {
    let choice: SimulatorChoice
    let address: ListeningAddress
    let isSecure: Bool
    /// The certificate that clients must trust; nil without a test authority.
    let authorityFile: String?
    let seed: UInt64
    let faults: [String]
    /// A secret only where it protects nothing.
    let accounts: [(key: String, secret: String?)]
    let market: String

    private var baseURL: String { (isSecure ? "https://" : "http://") + "\(address)" }
    private var requestURL: String { baseURL + choice.requestPath }
    private var socketURLs: [(name: String, url: String)] {
        choice.sockets.map { ($0.name, (isSecure ? "wss://" : "ws://") + "\(address)" + $0.path) }
    }
    private var stateURL: String { baseURL + "/_simulator/state" }

    private var venue: Venue? { Venue.named(choice.name) }

    /// One that sends orders which the venue has.
    private var template: String {
        venue.map { $0.abilities.orders.contains("post_only") } ?? true ? "maker" : "trend"
    }

    /// What writes a strategy for ``clientLine``.
    private var strategyLine: String { "runner new my_\(template) --template \(template)" }

    /// A strategy on this simulator, as it is typed; nil: none can trade at the venue.
    ///
    /// It asks before it trades.
    private var clientLine: String? {
        guard let venue = venue?.name else { return nil }
        // A secret that somebody gave is not shown.
        let account = accounts.first
        let name = venue.uppercased()
        return "\(name)_API_KEY=\(Self.quoted(account?.key ?? "KEY")) "
            + "\(name)_API_SECRET=\(account?.secret ?? "SECRET") "
            + "runner my_\(template).lua --set symbol=\(venue):\(choice.example) --live --base-url "
            + baseURL + (authorityFile.map { " --ca-file \(Self.quoted($0))" } ?? "")
            + " --risk max_position=0.1 --risk max_order_notional=10000"
    }

    private static func quoted(_ path: String) -> String {
        let isPlain = path.allSatisfy { $0.isLetter || $0.isNumber || "/._-+:@".contains($0) }
        return isPlain ? path : "'" + path.split(separator: "'").joined(separator: "'\\''") + "'"
    }

    var text: String {
        var lines = [
            "simulating \(choice.name) at \(address); Ctrl-C stops",
            "",
            "  REST       \(requestURL)",
            "  WebSocket  \(socketURLs.map(\.url).joined(separator: " and "))",
            "  state      \(stateURL)",
        ]
        for account in accounts {
            lines.append(
                "  account    key \(account.key), "
                    + (account.secret.map { "secret \($0)" } ?? "with the secret that you gave"))
        }
        if let authorityFile { lines.append("  CA file    \(authorityFile)") }
        lines.append("  market     \(market)")
        lines.append("  seed       \(seed)")
        lines.append("  faults     \(faults.isEmpty ? "none" : faults.joined(separator: ","))")
        if let clientLine {
            lines += [
                "", "A client, on money of this simulator's:", "  \(strategyLine)",
                "  \(clientLine)",
            ]
        }
        return lines.joined(separator: "\n")
    }

    var json: JSON {
        .pairs([
            ("venue", .text(choice.name)), ("host", .text(address.host)),
            ("port", .integer(address.port)), ("base_url", .text(baseURL)),
            ("rest_url", .text(requestURL)),
            (
                "websocket_urls",
                .pairs(socketURLs.map { ($0.name, .text($0.url)) })
            ),
            ("state_url", .text(stateURL)),
            ("ca_file", authorityFile.map { .text($0) } ?? .null),
            (
                "accounts",
                .array(
                    accounts.map { account in
                        .pairs([
                            ("key", .text(account.key)),
                            ("secret", account.secret.map { .text($0) } ?? .null),
                        ])
                    })
            ),
            ("market", .text(market)), ("seed", .integer(Int(clamping: seed))),
            ("faults", .array(faults.map { .text($0) })),
            ("strategy", clientLine == nil ? .null : .text(strategyLine)),
            ("client", clientLine.map { .text($0) } ?? .null),
        ])
    }

    // MARK: - The end

    static func text(of served: ServedCounts) -> String {
        "served \(counted(served.requests, "request")) and \(counted(served.sockets, "socket")); "
            + "\(counted(served.orders, "order")), \(counted(served.fills, "fill"))"
    }

    static func json(of served: ServedCounts, isInterrupted: Bool) -> JSON {
        .pairs([
            ("end", .text(isInterrupted ? "interrupted" : "duration")),
            ("requests", .integer(served.requests)), ("sockets", .integer(served.sockets)),
            ("orders", .integer(served.orders)), ("fills", .integer(served.fills)),
        ])
    }
}
