import ArgumentParser
import VenueSessions

/// The flags that stand for settings; each wins over the environment and `runner.yaml`.
struct SettingFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The settings file (default: runner.yaml, if it is here).", valueName: "file"))
    var settings: String?

    @OptionGroup var paper: PaperFlags

    @Option(
        name: .customLong("risk"),
        help: ArgumentHelp("A limit, such as max_position=0.5.", valueName: "limit=value"))
    var risks: [String] = []

    @Option(
        name: .customLong("base-url"),
        help: ArgumentHelp(
            "Where the venue of the script is, such as a simulator's address.", valueName: "url"))
    var baseURL: String?

    @Option(
        name: .customLong("ca-file"),
        help: ArgumentHelp(
            "Certificates (PEM) to trust for the venue besides the system's.", valueName: "file"))
    var caFile: String?

    @Option(
        name: .customLong("script"),
        help: ArgumentHelp(
            "What the script may use, such as memory=128MB.", valueName: "limit=value"))
    var scriptLimits: [String] = []

    /// All settings of this call with what they were made of; what is wrong is noted and left out.
    func resolve(
        _ problems: inout CallProblems
    ) -> (settings: Settings, entries: [SettingEntry]) {
        var texts: [String] = []
        var all: [SettingEntry] = []
        do throws(InvalidSettings) {
            all = try SettingLayers.file(settings)
        } catch {
            texts += error.problems
        }
        all += SettingLayers.environment() + entries(&texts)
        let resolved = Settings(all, &texts)
        for text in texts { problems.add(text) }
        return (resolved, all)
    }

    /// Flags that are given here and mean a venue.
    var venueFlags: [String] {
        (baseURL == nil ? [] : ["--base-url"]) + (caFile == nil ? [] : ["--ca-file"])
    }

    /// How the venue is reached: what the settings say of it, and the flags over that.
    func venueSettings(of venue: Venue, in settings: Settings) throws -> VenueSettings {
        try Self.venueSettings(of: venue, in: settings, baseURL: baseURL, caFile: caFile)
    }

    static func venueSettings(
        of venue: Venue, in settings: Settings, baseURL: String?, caFile: String?
    ) throws -> VenueSettings {
        var flags: [SettingEntry] = []
        for (flag, name, value) in [
            ("--base-url", "base_url", baseURL), ("--ca-file", "ca_file", caFile),
        ] {
            guard let value else { continue }
            flags.append(
                SettingEntry(path: ["venues", venue.name, name], text: value, origin: flag))
        }
        do {
            var chosen = settings.venues[venue.name] ?? VenueSettings()
            let given = try Settings(flags).venues[venue.name] ?? VenueSettings()
            if let base = given.baseURL {
                chosen.baseURL = base
                chosen.socketURL = nil  // it belonged to the other address
            }
            chosen.caFile = given.caFile ?? chosen.caFile
            if let file = chosen.caFile {
                guard let text = readText(file) else {
                    throw InvalidSettings(problems: [
                        "the certificates' file `\(file)` cannot be read"
                    ])
                }
                guard text.contains("-----BEGIN CERTIFICATE-----") else {
                    throw InvalidSettings(problems: [
                        "the certificates' file `\(file)` holds no certificate in PEM: is it the "
                            + "right one?"
                    ])
                }
            }
            return chosen
        } catch let error as InvalidSettings {
            throw RunFailure(.usage, error.description)
        }
    }

    private func entries(_ problems: inout [String]) -> [SettingEntry] {
        var entries = paper.entries(&problems)
        func add(_ text: String, under path: [String], flag: String) {
            entries.add(text, under: path, flag: flag, &problems)
        }
        for text in risks { add(text, under: ["risk"], flag: "--risk") }
        for text in scriptLimits { add(text, under: ["script"], flag: "--script") }
        return entries
    }
}

/// The flags of the simulated account and venue.
struct PaperFlags: ParsableArguments {
    @Option(
        name: .customLong("balance"),
        help: ArgumentHelp(
            "What the account starts with, such as USDT=100000.", valueName: "currency=amount"))
    var balances: [String] = []

    @Option(help: ArgumentHelp("Such as maker=0.02%,taker=0.05%.", valueName: "fees"))
    var fees: String?

    @Option(help: ArgumentHelp("0, 5ms, or feed=1ms,entry=5ms,response=5ms.", valueName: "time"))
    var latency: String?

    @Option(
        help: ArgumentHelp(
            "How much worse than the last price, where no book is known.", valueName: "share"))
    var slippage: String?

    @Option(
        help: ArgumentHelp(
            "shown: what the book holds, nothing twice; endless: any size at the touch.",
            valueName: "kind"))
    var liquidity: String?

    @Option(help: ArgumentHelp("Of perpetuals: margin is notional ÷ leverage.", valueName: "n"))
    var leverage: String?

    func entries(_ problems: inout [String]) -> [SettingEntry] {
        var entries: [SettingEntry] = []
        func add(_ text: String, under path: [String], flag: String) {
            entries.add(text, under: path, flag: flag, &problems)
        }
        for text in balances { add(text, under: ["paper", "balances"], flag: "--balance") }
        for part in fees?.split(separator: ",") ?? [] {
            add(String(part), under: ["paper", "fees"], flag: "--fees")
        }
        if let latency, !latency.contains("=") {
            entries.append(
                SettingEntry(path: ["paper", "latency"], text: latency, origin: "--latency"))
        } else {
            for part in latency?.split(separator: ",") ?? [] {
                add(String(part), under: ["paper", "latency"], flag: "--latency")
            }
        }
        for (name, text) in [
            ("slippage", slippage), ("liquidity", liquidity), ("leverage", leverage),
        ] {
            guard let text else { continue }
            entries.append(SettingEntry(path: ["paper", name], text: text, origin: "--\(name)"))
        }
        return entries
    }
}

extension [SettingEntry] {
    /// Adds what a flag says as `name=value`.
    fileprivate mutating func add(
        _ text: String, under path: [String], flag: String, _ problems: inout [String]
    ) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            problems.append("\(flag): expected name=value, found `\(text)`")
            return
        }
        append(
            SettingEntry(
                path: path + [String(text[..<equals])],
                text: String(text[text.index(after: equals)...]), origin: flag))
    }
}
