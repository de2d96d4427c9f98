import Foundation
import Testing

/// Two venue simulators in processes of their own, over TLS, and runs that trade at both.
final class VenuePair {
    /// One of them.
    final class Place {
        let name: String
        private(set) var simulator: LiveRunner
        let base: String
        let caFile: String
        private let port: Int
        private let home: String
        private let options: [String]

        init(_ name: String, _ options: [String], home: String) throws {
            self.name = name
            self.home = home
            self.options = options
            simulator = try Self.simulator(name, 0, options, home)
            let line = try #require(simulator.text.split(separator: "\n").first)
            let facts = try Runner(code: 0, output: String(line), errors: "").json()
            port = try #require(facts["port"] as? Int)
            caFile = try #require(facts["ca_file"] as? String)
            base = try #require(facts["base_url"] as? String)
        }

        deinit { simulator.kill() }

        private static func simulator(
            _ name: String, _ port: Int, _ options: [String], _ home: String
        ) throws -> LiveRunner {
            let simulator = try LiveRunner(
                [
                    "simulate-venue", name, "--tls", "--port", "\(port)", "--json", "--speed", "20",
                ] + options, home: home)
            try simulator.wait(for: "\n")
            return simulator
        }

        func stop() { simulator.kill() }

        private func state() throws -> String {
            let program = """
                import ssl, sys, urllib.request
                context = ssl.create_default_context(cafile=sys.argv[2])
                print(urllib.request.urlopen(sys.argv[1], context=context, timeout=60).read().decode())
                """
            let process = Process()
            process.executableURL = try Tool.find("python3")
            process.arguments = ["-c", program, base + "/_simulator/state", caFile]
            let output = Pipe()
            process.standardOutput = output
            try process.start()
            let data = output.fileHandleForReading.readDataToEndOfFile()
            process.waitForExit()
            return String(decoding: data, as: UTF8.self)
        }

        /// Another one on the same port, which remembers nothing.
        func start() throws { simulator = try Self.simulator(name, port, options, home) }

        /// What its own books say of the account.
        func rows(_ table: String) throws -> [[String: Any]] {
            let state = try Runner(code: 0, output: try state(), errors: "").json()
            let account = try #require((state["accounts"] as? [[String: Any]])?.first)
            return account[table] as? [[String: Any]] ?? []
        }
    }

    let folder: TemporaryFolder
    let first: Place
    let second: Place
    var places: [Place] { [first, second] }

    static let symbols = ["coinex:BTC/USDT:USDT", "cointr:BTC/USDT:USDT"]

    init(_ options: [String] = [], second more: [String] = []) throws {
        folder = try TemporaryFolder()
        let path = folder.url.path
        first = try Place("coinex", options, home: path + "/coinex")
        second = try Place("cointr", more, home: path + "/cointr")
    }

    var home: String { folder.url.appendingPathComponent("home").path }

    /// Where the venues are, and their keys.
    var environment: [String: String] {
        var environment = ["MOONRUNNER_HOME": home]
        for place in places {
            let name = place.name.uppercased()
            environment["MOONRUNNER__VENUES__\(name)__BASE_URL"] = place.base
            environment["MOONRUNNER__VENUES__\(name)__CA_FILE"] = place.caFile
            environment["\(name)_API_KEY"] = "simulator-key"
            environment["\(name)_API_SECRET"] = "simulator-secret"
        }
        return environment
    }

    /// Two resting orders at each venue, and one that takes.
    static let keeper = """
        local symbols = {"coinex:BTC/USDT:USDT", "cointr:BTC/USDT:USDT"}
        for _, s in ipairs(symbols) do subscribe(s, "quotes") end
        local sent = {}
        every(0.2, "beat")
        function on_start(why)
          state.fills = state.fills or 0
          for _, s in ipairs(symbols) do sent[s] = why.reason == "restart" and 3 or 0 end
          log.info("start: %s, fills %d, orders %d, positions %s %s", why.reason, state.fills, #orders(),
                   position(symbols[1]).qty, position(symbols[2]).qty)
        end
        function on_quote(q)
          local s = q.symbol
          sent[s] = sent[s] or 0
          if sent[s] >= 3 or not q.bid then return end
          sent[s] = sent[s] + 1
          if sent[s] == 3 then return buy{symbol = s, qty = 0.01} end
          return buy{symbol = s, qty = 0.002, price = q.bid * (0.9 - sent[s] / 100)}
        end
        function on_fill(f)
          state.fills = state.fills + 1
          log.info("filled %s %s", f.symbol, f.qty)
          if state.fills == 2 then log.info("all is held") end
        end
        function on_order(o) log.info("%s is %s", o.symbol, o.state) end
        function on_status(s) if not s.symbol then log.info("told: %s is %s", s.venue, s.state) end end
        function on_timer() log.info("beat %d", #orders{symbol = symbols[1]}) end
        """

    /// The arguments of a run at both.
    func arguments(_ script: String, _ more: [String]) -> [String] {
        [script] + more + [
            "--risk", "max_position=1", "--risk", "max_order_notional=100000", "--risk",
            "max_account_notional=1000000",
        ]
    }

    func start(_ script: String = keeper, _ more: [String] = ["--live", "--yes"]) throws
        -> LiveRunner
    {
        try LiveRunner(
            arguments(try folder.write("keeper.lua", script), more), home: home,
            environment: environment)
    }

    /// A call of the runner that ends by itself.
    func call(_ arguments: [String], without names: [String] = []) throws -> Runner {
        try Runner(arguments, environment: environment.filter { !names.contains($0.key) })
    }
}
