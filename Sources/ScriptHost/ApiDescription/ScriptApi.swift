internal import CMoon

/// All that a script may use, described once.
///
/// From here come the names that a script sees, the knowledge of ``StrategyCheck``, the page
/// docs/lua-api.md and the files for editors, so that they cannot disagree.
enum ScriptApi {
    /// The page, part by part; it holds every description.
    static let parts: [ApiPart] =
        introduction + declaring + handling + eventViews + liveViews + intending + asking + tools
        + indicatorBasics + averages + momentum + volumeAndChannels + trend + following + luaBasics
        + luaLibraries + luaTexts + limits

    static let functions: [ApiFunction] = parts.flatMap { part in
        switch part {
        case .functions(let functions, _, _), .indicators(let functions): functions
        case .records(let records): records.flatMap(\.methods)
        default: [ApiFunction]()
        }
    }
    static let values: [ApiValue] = parts.flatMap { part in
        if case .values(let values) = part { values } else { [ApiValue]() }
    }
    static let handlers: [ApiHandler] = parts.flatMap { part in
        if case .handlers(let handlers) = part { handlers } else { [ApiHandler]() }
    }
    static let records: [ApiRecord] = parts.flatMap { part in
        if case .records(let records) = part { records } else { [ApiRecord]() }
    }
    static let feeds: [ApiFeed] = parts.flatMap { part in
        if case .feeds(let feeds) = part { feeds } else { [ApiFeed]() }
    }

    /// By full name, methods too: `ta.ema`, `book:level`.
    static let functionByName: [String: ApiFunction] = Dictionary(
        functions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    static let valueByName: [String: ApiValue] = Dictionary(
        values.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    static let recordByName: [String: ApiRecord] = Dictionary(
        records.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    static let handlerByName: [String: ApiHandler] = Dictionary(
        handlers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// Every name that a script sees: globals, and entries of libraries with a dot.
    static let names: [String] =
        functions.filter { !$0.isMethod }.map(\.name) + values.map(\.name)

    /// The libraries with the names of their entries, both sorted.
    static let libraries: [(name: String, entries: [String])] = {
        var entries: [String: [String]] = [:]
        for name in names {
            guard let dot = name.firstIndex(of: ".") else { continue }
            entries[String(name[..<dot]), default: []].append(
                String(name[name.index(after: dot)...]))
        }
        return entries.keys.sorted().map { ($0, entries[$0, default: []].sorted()) }
    }()

    /// What a script reads without having assigned it, sorted.
    static let globals: [String] =
        (names.filter { !$0.contains(".") } + libraries.map(\.name)).sorted()

    /// Globals of the script that the host reads.
    static let readByHost: Set = ["state_version"]

    /// What the shim is told: a line `+name` for each name, and `-name reason` for the withheld.
    static let shimText: String =
        names.map { "+\($0)\n" }.joined()
        + withheld.map { "-\($0.name) \($0.reason)\n" }.joined()
}

// What tests hold against the shim and against the files that come from the description.
extension ApiDocuments {
    /// Every name that scripts see, libraries' entries with a dot.
    package static var names: [String] { ScriptApi.names }
    package static var handlers: [String] { ScriptApi.handlers.map(\.name) }
    package static var feeds: [String] { ScriptApi.feeds.map(\.name) }
    /// The fields of a view or another record, then its methods; nil: it is not described.
    package static func fields(of record: String) -> [String]? {
        ScriptApi.recordByName[record].map { record in
            record.fields.map(\.name) + record.methods.map(\.ownName)
        }
    }
}

extension LuaStrategy {
    /// Names that are described and that the shim does not have.
    package var missingNames: [String] { unsafe lines(moon_missing_names(host)) }
    /// Names that the shim has and that are not described, so that no script sees them.
    package var hiddenNames: [String] { unsafe lines(moon_hidden_names(host)) }

    private func lines(_ text: UnsafePointer<CChar>?) -> [String] {
        unsafe string(text).split(separator: "\n").map(String.init).sorted()
    }
}
