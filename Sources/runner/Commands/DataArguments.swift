import MarketFiles
import ScriptHost
import TradingCore
import TradingModel

/// A `--data` value: a file, with the symbol it belongs to where it says so.
struct DataArgument {
    let symbol: Symbol?
    let path: String

    init(_ text: String) {
        if let equals = text.firstIndex(of: "="),
            let symbol = try? Symbol(String(text[..<equals]))
        {
            self.symbol = symbol
            path = String(text[text.index(after: equals)...])
        } else {
            symbol = nil
            path = text
        }
    }

    /// Whose data it is: the symbol that the user named, else the one that was recorded, else the
    /// script's only one.
    func place(
        among symbols: [Symbol], _ sidecar: RecordingSidecar?
    ) throws(RunFailure) -> Int {
        let recorded = sidecar?.instrument
        let subscribed = symbols.map(\.description).joined(separator: ", ")
        if let symbol {
            guard let found = symbols.firstIndex(of: symbol) else {
                throw RunFailure(
                    .usage,
                    "--data: the script does not subscribe to \(symbol); it subscribes to "
                        + subscribed)
            }
            if let recorded, recorded.kind != symbol.kind {
                throw RunFailure(
                    .usage,
                    "--data: `\(path)` is a recording of \(recorded.symbol) "
                        + "(\(recorded.kind.rawValue)), which cannot stand for \(symbol) "
                        + "(\(symbol.kind.rawValue)); name a symbol of the same kind")
            }
            return found
        }
        if let recorded {
            if let found = symbols.firstIndex(of: recorded.symbol) { return found }
            throw RunFailure(
                .usage,
                "--data: `\(path)` is a recording of \(recorded.symbol), but the script subscribes "
                    + "to \(subscribed); give the script that symbol (--set symbol="
                    + "\(recorded.symbol) where it has such a parameter), or let the recording "
                    + "stand for another: --data \(symbols[0])=\(path)")
        }
        guard symbols.count == 1 else {
            throw RunFailure(
                .usage,
                "--data: the script has \(symbols.count) symbols, say whose data "
                    + "`\(path)` is: --data \(symbols[0])=\(path)")
        }
        return 0
    }
}

/// A `--instrument` value: what is known of a symbol better than its file knows.
struct InstrumentArgument {
    /// Nil: meant for every symbol.
    let symbol: Symbol?
    private(set) var tick: Price?
    private(set) var lot: Quantity?
    private(set) var kind: InstrumentKind?
    private(set) var minQuantity: Quantity?
    private(set) var minNotional: Money?
    private(set) var contractSize: Quantity?

    private static let names = [
        "tick", "lot", "kind", "min_qty", "min_notional", "contract_size",
    ]

    /// Reads `[SYMBOL=]tick=0.01,lot=0.00001,kind=linear,…`.
    init(_ text: String) throws(RunFailure) {
        var rest = text
        if let equals = text.firstIndex(of: "="),
            let symbol = try? Symbol(String(text[..<equals]))
        {
            self.symbol = symbol
            rest = String(text[text.index(after: equals)...])
        } else {
            symbol = nil
        }
        for part in rest.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2 else {
                throw RunFailure(.usage, "--instrument: expected name=value, found `\(part)`")
            }
            try set(pair[0], to: pair[1])
        }
    }

    private mutating func set(_ name: String, to text: String) throws(RunFailure) {
        let isRight: Bool
        switch name {
        case "tick":
            tick = try? Price(text).admitted()
            isRight = (tick?.attos ?? 0) > 0
        case "lot":
            lot = try? Quantity(text).admitted()
            isRight = (lot?.attos ?? 0) > 0
        case "kind":
            kind = InstrumentKind(rawValue: text)
            isRight = kind != nil
        case "min_qty":
            minQuantity = try? Quantity(text).admitted()
            isRight = minQuantity != nil
        case "min_notional":
            minNotional = try? Money(text).admitted()
            isRight = (minNotional?.attos ?? -1) >= 0
        case "contract_size":
            contractSize = try? Quantity(text).admitted()
            isRight = (contractSize?.attos ?? 0) > 0
        default:
            throw RunFailure(
                .usage, "--instrument: \(unknownName("fact", name, among: Self.names))")
        }
        guard isRight else {
            let kinds = "spot, linear, inverse or quanto"
            let expected = name == "kind" ? kinds : "a positive decimal, at most 1e15"
            throw RunFailure(.usage, "--instrument: `\(name)` is `\(text)`, expected \(expected)")
        }
    }
}

/// A `--file-symbol` value: which of a file's symbols is read, by the venue's spelling.
struct FileSymbolArgument {
    /// The script's symbol whose files are meant; nil: all.
    let symbol: Symbol?
    let name: String

    /// Reads `[SYMBOL=]NAME`; a name may hold `=` itself (`BTC=F`).
    init(_ text: String) {
        if let equals = text.firstIndex(of: "="), let symbol = try? Symbol(String(text[..<equals]))
        {
            self.symbol = symbol
            name = String(text[text.index(after: equals)...])
        } else {
            symbol = nil
            name = text
        }
    }
}

extension MarketFileOptions {
    /// The same, with the name that is meant for files of `symbol`.
    fileprivate func choosing(
        _ chosen: [FileSymbolArgument], for symbol: Symbol?
    ) -> MarketFileOptions {
        var options = self
        if let name = chosen.last(where: { $0.symbol == nil || $0.symbol == symbol })?.name {
            options.symbol = name
        }
        return options
    }
}

/// The files of a backtest, matched to the script's symbols and opened.
struct BacktestData {
    let instruments: [Instrument]
    let source: any MarketEventSource
    /// One entry for each symbol, in the order of the instruments.
    private(set) var files: [[(path: String, source: MarketFileSource)]]
    /// The instruments whose depth the files hold.
    let depth: [InstrumentID]
    /// Whether the files say of any instrument what its best prices are.
    let showsTouch: Bool
    /// Whether the files hold the depth of all instruments.
    var hasDepth: Bool { depth.count == instruments.count }
    /// What was inferred, one line for each symbol, for people.
    let descriptions: [String]
    /// What was decided about its files, by symbol.
    let notes: [[String]]

    /// - Parameter strategy: nil: no script's feeds have to be in the files.
    init(
        _ arguments: [String], instruments overrides: [String], fileSymbols: [String] = [],
        symbols: [Symbol], strategy: LuaStrategy? = nil, options: MarketFileOptions,
        settings: Settings
    ) throws {
        let chosen = fileSymbols.map(FileSymbolArgument.init)
        var facts = try Self.inspect(
            arguments, symbols: symbols, options: options, choosing: chosen)
        let known = try overrides.map { text throws(RunFailure) in try InstrumentArgument(text) }
        try Self.refuseStrangers(known.map(\.symbol), among: symbols, flag: "--instrument")
        try Self.refuseStrangers(chosen.map(\.symbol), among: symbols, flag: "--file-symbol")
        var instruments: [Instrument] = []
        var descriptions: [String] = []
        var notes: [[String]] = []
        for (index, symbol) in symbols.enumerated() {
            let files = try BarFiles(
                facts[index], of: symbol,
                wanted: strategy?.subscriptions[symbol]?.barSizes ?? [])
            facts[index] = files.kept
            notes.append(
                (files.note.map { [$0] } ?? [])
                    + Self.silentFeeds(of: symbol, facts[index], strategy))
            let found = InstrumentSources(
                symbol: symbol, files: facts[index],
                flags: known.filter { $0.symbol == nil || $0.symbol == symbol })
            let instrument = found.instrument(id: InstrumentID(index))
            if let strategy { try Self.checkFeeds(of: symbol, facts[index], strategy) }
            instruments.append(instrument)
            descriptions.append(found.description(of: instrument, settings))
        }
        self.instruments = instruments
        self.descriptions = descriptions
        self.notes = notes
        depth = zip(instruments, facts).filter { $0.1.contains { $0.feeds.contains(.book) } }
            .map(\.0.id)
        showsTouch = facts.contains { files in
            files.contains { $0.feeds.contains(.book) || $0.feeds.contains(.quotes) }
        }
        do {
            files = try zip(instruments, facts).map { instrument, facts in
                // Trades first: at equal times a queue must not shrink by the book and the trade.
                try facts.sorted { $0.rank < $1.rank }.map { fact in
                    (
                        fact.path,
                        try MarketFile.open(
                            path: fact.path, instrument: instrument,
                            options: options.choosing(chosen, for: instrument.symbol), known: fact)
                    )
                }
            }
        } catch let error as MarketDataError {
            throw RunFailure(.failed, error.description)
        }
        let all = files.flatMap { $0.map(\.source) }
        source = all.count == 1 ? all[0] : MergedSource(sources: all)
    }

    /// Refuses a flag that is meant for a symbol that is not there.
    private static func refuseStrangers(
        _ named: [Symbol?], among symbols: [Symbol], flag: String
    ) throws(RunFailure) {
        let known = symbols.map(\.description).joined(separator: ", ")
        for case let symbol? in named where !symbols.contains(symbol) {
            throw RunFailure(
                .usage, "\(flag): there is no data of \(symbol), only of \(known)")
        }
    }

    private static func inspect(
        _ arguments: [String], symbols: [Symbol], options: MarketFileOptions,
        choosing chosen: [FileSymbolArgument]
    ) throws -> [[MarketFileFacts]] {
        var facts: [[MarketFileFacts]] = symbols.map { _ in [] }
        for text in arguments {
            let argument = DataArgument(text)
            let found: MarketFileFacts
            let symbol = argument.symbol ?? (symbols.count == 1 ? symbols[0] : nil)
            do {
                found = try MarketFile.inspect(
                    path: argument.path, skipBadLines: options.skipBadLines,
                    symbol: options.choosing(chosen, for: symbol).symbol)
            } catch {
                throw RunFailure(.failed, error.description)
            }
            facts[try argument.place(among: symbols, found.sidecar)].append(found)
        }
        for (symbol, facts) in zip(symbols, facts) where facts.isEmpty {
            throw RunFailure(
                .usage, "there is no data for \(symbol); add --data \(symbol)=FILE")
        }
        return facts
    }

    /// Says which feeds, without which a run still makes sense, the files do not give.
    private static func silentFeeds(
        of symbol: Symbol, _ facts: [MarketFileFacts], _ strategy: LuaStrategy?
    ) -> [String] {
        let wanted = strategy?.subscriptions[symbol]?.feeds ?? []
        let feeds = facts.flatMap(\.feeds)
        var notes: [String] = []
        if wanted.contains(.funding), !feeds.contains(.funding) {
            notes.append(
                "no funding in the data of \(symbol): none is paid, and on_funding is not called")
        }
        if wanted.contains(.ticker), !feeds.contains(.ticker) {
            notes.append("no ticker in the data of \(symbol): on_ticker is not called")
        }
        return notes
    }

    /// Refuses a feed that the files cannot give, with a list of what they hold.
    private static func checkFeeds(
        of symbol: Symbol, _ facts: [MarketFileFacts], _ strategy: LuaStrategy
    ) throws(RunFailure) {
        guard let wanted = strategy.subscriptions[symbol] else { return }
        let feeds = facts.flatMap(\.feeds)
        let hasTrades = feeds.contains(.trades)
        let hasBook = feeds.contains(.book)
        var missing: [String] = []
        if wanted.feeds.contains(.trades), !hasTrades { missing.append("trades") }
        if wanted.feeds.contains(.book), !hasBook { missing.append("book") }
        if wanted.feeds.contains(.quotes), !hasBook, !feeds.contains(.quotes) {
            missing.append("quotes")
        }
        if !hasTrades {
            for size in wanted.barSizes where !facts.contains(where: { $0.makes(size) }) {
                missing.append(MarketFeed.bars(size).description)
            }
        }
        guard !missing.isEmpty else { return }
        throw RunFailure(
            .usage,
            "the script wants \(missing.joined(separator: ", ")) of \(symbol), but its data holds "
                + "only \(feeds.map(\.description).joined(separator: ", "))"
                + (facts.lazy.compactMap(\.barHint).first ?? ""))
    }
}

extension MarketFileFacts {
    /// Trades before quotes before depth at equal times; funding last, on what is held then.
    fileprivate var rank: Int {
        if feeds.allSatisfy({ $0 == .ticker || $0 == .funding }) { return 3 }
        if feeds == [.trades] { return 0 }
        return feeds.contains(.book) ? 2 : 1
    }
}
