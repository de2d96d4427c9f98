import ArgumentParser
import LiveTrading
import PlainJSON
import SimulatorServer
import TradingModel
import VenueSimulators

/// `runner simulate-venue`: a venue's wire protocol on loopback, until somebody stops it.
struct SimulateVenue: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate-venue",
        abstract: "Serves a simulated venue's API on this computer.",
        discussion: """
            EXAMPLES:
              runner simulate-venue coinex
              runner simulate-venue coinex --tls --seed 7 --fault drop=0.01,reply-lost=0.02
              runner simulate-venue coinex --account my-key:my-secret:USDT=10000,BTC=0.5
              runner simulate-venue coinex --data coinex:BTC/USDT:USDT=trades.csv.gz
              runner simulate-venue coinut
            """)

    private static let names = SimulatorChoice.all.map(\.name).joined(separator: ", ")

    /// Fixed, so that a client's settings can stay; in no register of well-known ports.
    static let usualPort = 18_080

    @Argument(help: ArgumentHelp("The venue: \(Self.names).", valueName: "venue"))
    var venue: String

    @Option(help: "Where it listens on 127.0.0.1; 0: any port that is free.")
    var port: Int = Self.usualPort

    @Flag(help: "TLS, with a certificate of a test authority of your own.")
    var tls = false

    @Option(help: ArgumentHelp("Your own certificate for TLS, PEM.", valueName: "file"))
    var certificate: String?

    @Option(help: ArgumentHelp("Its private key, PEM.", valueName: "file"))
    var key: String?

    @Option(help: "Decides the synthetic market and which messages faults strike (default: 1).")
    var seed: UInt64?

    @Option(
        name: .customLong("fault"),
        help: ArgumentHelp(
            "What goes wrong, and how often: drop=0.01,reply-lost.", valueName: "faults"))
    var faults: [String] = []

    @Option(
        name: .customLong("account"),
        help: ArgumentHelp(
            "Such as my-key:my-secret:USDT=10000,futures/USDT=5000 (default: simulator-key).",
            valueName: "key:secret:balances"))
    var accounts: [String] = []

    @Flag(help: "Take only what the venue's documentation allows, not what it is known to take.")
    var strict = false

    @OptionGroup var market: SimulatedMarketOptions

    @Option(
        help: ArgumentHelp("Real time after which it ends, such as 10m.", valueName: "time"))
    var duration: String?

    @Flag(help: "Print a JSON object when it serves and another when it ends.")
    var json = false

    func run() throws {
        guard let choice = SimulatorChoice.all.first(where: { $0.name == venue }) else {
            throw unknownVenue()
        }
        guard (0...65_535).contains(port) else {
            throw RunFailure(.usage, "--port is `\(port)`, expected a port up to 65535, or 0")
        }
        let span = try checkedDuration(duration)
        if seed != nil, !market.data.isEmpty, faults.isEmpty {
            Console.warn(
                "warning: --seed has no effect: the market is recorded, and no faults strike")
        }
        let settings = try settings(choice)
        let seed = settings.seed
        let (plan, make) = try read(settings, choice)
        let makeVenue = try market.maker(choice, plan, seed: seed, make)
        let (identity, authority) = try tlsIdentity()
        let server = try start(identity, makeVenue)
        let report = ServingReport(
            choice: choice, address: server.address, isSecure: identity != nil,
            authorityFile: authority, seed: seed, faults: faults,
            accounts: accounts.isEmpty
                ? [(key: choice.usualAccount.key, secret: choice.usualAccount.secret)]
                : settings.accounts.map { (key: $0.key, secret: nil) },
            market: market.description)
        Console.print(json ? report.json.line : report.text)
        Interrupt.watch()
        let isInterrupted = wait(span)
        let served = try stop(server)
        if json {
            Console.print(ServingReport.json(of: served, isInterrupted: isInterrupted).line)
        } else {
            Console.print("\n" + ServingReport.text(of: served))
        }
    }

    private func unknownVenue() -> RunFailure {
        let near = nearestName(to: venue, among: SimulatorChoice.all.map(\.name))
        return RunFailure(
            .usage,
            "there is no simulator of `\(venue)`"
                + (near.map { "; did you mean `\($0)`?" } ?? "; there is one of: \(Self.names)"))
    }

    // MARK: - Faults and accounts

    private func settings(_ choice: SimulatorChoice) throws(RunFailure) -> SimulatorSettings {
        var settings = SimulatorSettings()
        settings.seed = seed ?? 1
        settings.faults = faults
        settings.isStrict = strict
        guard !accounts.isEmpty else { return settings }
        settings.accounts = []
        for text in accounts {
            do {
                settings.accounts.append(try VenueAccount(text))
            } catch {
                throw RunFailure(.usage, "--account: \(error)")
            }
        }
        var keys: Set<String> = []
        for account in settings.accounts {
            guard keys.insert(account.key).inserted else {
                throw RunFailure(.usage, "--account: the key `\(account.key)` stands twice")
            }
            guard account.futures.isEmpty || choice.segments.contains(.futures) else {
                throw RunFailure(
                    .usage, "--account: \(choice.name) has no futures; leave out what is futures/")
            }
        }
        return settings
    }

    private func read(
        _ settings: SimulatorSettings, _ choice: SimulatorChoice
    ) throws(RunFailure) -> (plan: FaultPlan, maker: SimulatorChoice.Maker) {
        do {
            return try choice.maker(settings)
        } catch {
            let name = String(error.found.prefix { $0 != "=" })
            let near = nearestName(to: name, among: error.names)
            throw RunFailure(
                .usage,
                near.map { "--fault: there is no `\(name)`; did you mean `\($0)`?" }
                    ?? "--fault: \(error)")
        }
    }

    // MARK: - Serving

    private func tlsIdentity() throws -> (ServerIdentity?, authority: String?) {
        do {
            switch (certificate, key) {
            case (let certificate?, let key?):
                return (try ServerIdentity(certificateFile: certificate, keyFile: key), nil)
            case (nil, nil):
                guard tls else { return (nil, nil) }
                let authority = try TestAuthority(folder: RunFolder.home + "/simulators")
                return (try authority.identity(), authority.certificateFile)
            case (nil, _):
                throw RunFailure(.usage, "--key needs the certificate: add --certificate FILE")
            case (_, nil):
                throw RunFailure(.usage, "--certificate needs its private key: add --key FILE")
            }
        } catch let failure as IdentityFailure {
            throw RunFailure(.usage, failure.description)
        }
    }

    private func start(
        _ identity: ServerIdentity?,
        _ makeVenue: @escaping @Sendable (Timestamp) throws -> any VenueSimulator
    ) throws -> SimulatorServer {
        do {
            return try SimulatorServer(
                at: ListeningAddress(port: port), identity: identity, clock: RunClock().now,
                venue: makeVenue)
        } catch let failure as ListeningFailure {
            throw RunFailure(.usage, failure.description)
        } catch let error as MarketDataError {
            throw RunFailure(.failed, error.description)
        }
    }

    /// Waits for Ctrl-C or the end of the duration; true: somebody interrupted.
    private func wait(_ span: Int64?) -> Bool {
        var running = RunningTime()
        while !Interrupt.isRaised {
            running.advance()
            let left = (span ?? .max) - running.elapsed
            guard left > 0 else { return false }
            // The signal may strike another thread, so that this sleep goes on: it is short.
            pause(nanoseconds: min(left, Self.longestPause))
        }
        return true
    }

    /// Between two looks at whether somebody asked for the end: 50 ms, which nobody notices.
    private static let longestPause: Int64 = 50_000_000

    private func stop(_ server: SimulatorServer) throws -> ServedCounts {
        do {
            return try server.stop()
        } catch {
            throw RunFailure(.failed, "the server did not end in order: \(error)")
        }
    }
}
