internal import PlainJSON
public import RunFigures
public import ScriptHost
internal import Synchronization
internal import TradingCore
public import TradingModel

/// A version that took over, and where.
public struct RecordedReload: Sendable {
    public var version: Int
    public var hash: String
    public var files: [ScriptFile]
    /// The times that the run had reached when the rehearsal began and when the swap was.
    public var begun: Timestamp
    public var swapped: Timestamp
    /// The script's data of the old version and of the new one, as text.
    public var stateBefore: String
    public var stateAfter: String

    public init(
        version: Int, hash: String, files: [ScriptFile], begun: Timestamp, swapped: Timestamp,
        stateBefore: String, stateAfter: String
    ) {
        self.version = version
        self.hash = hash
        self.files = files
        self.begun = begun
        self.swapped = swapped
        self.stateBefore = stateBefore
        self.stateAfter = stateAfter
    }
}

/// How a run ended.
public struct RunEnd: Sendable {
    public var reason: String
    public var time: Timestamp
    public var intents: Int
    public var intentsHash: String

    public init(reason: String, time: Timestamp, intents: Int, intentsHash: String) {
        self.reason = reason
        self.time = time
        self.intents = intents
        self.intentsHash = intentsHash
    }
}

/// What a run had asked for by some moment: that far a run is known that was killed.
public struct RunMark: Sendable {
    public var time: Timestamp
    public var intents: Int
    public var intentsHash: String

    public init(at time: Timestamp, _ intents: IntentHash) {
        self.init(time: time, intents: intents.count, intentsHash: intents.hexadecimal)
    }

    fileprivate init(time: Timestamp, intents: Int, intentsHash: String) {
        self.time = time
        self.intents = intents
        self.intentsHash = intentsHash
    }
}

/// Limits that were read again, and from when on they hold.
public struct RecordedLimits: Sendable {
    /// See ``LimitsText``.
    public var text: String
    public var time: Timestamp

    public init(text: String, at time: Timestamp) {
        self.text = text
        self.time = time
    }
}

/// Writes a run down as it happens, a JSON object a line; see docs/reload.md.
public final class RunRecord: Sendable {
    public static let fileName = "session.jsonl"
    private let file: LineFile
    private let whenReloaded: @Sendable (RecordedReload) -> Void

    /// Why the record is not whole, such as a full disk; nil: it is.
    public var problem: String? { file.problem }

    /// Begins the record of a run; only its user can read it.
    ///
    /// - Parameters:
    ///   - whenBroken: called once, on any thread, with what keeps it from being written.
    ///   - whenReloaded: called on any thread with each version that has taken over.
    public init(
        in folder: RunFolder, _ header: RunHeader, first files: [ScriptFile], hash: String,
        whenBroken: @escaping @Sendable (String) -> Void = { _ in },
        whenReloaded: @escaping @Sendable (RecordedReload) -> Void = { _ in }
    ) throws(RunFolder.Problem) {
        self.whenReloaded = whenReloaded
        file = try LineFile(folder.path + "/" + Self.fileName, whenBroken: whenBroken)
        var more: [(String, JSON)] = []
        if let session = header.orderSession { more.append(("order_session", .text("\(session)"))) }
        if let state = header.state {
            more.append(("state", .text(state.text)))
            more.append(("state_version", .integer(state.shape)))
        }
        more += header.resumed?.fields ?? []
        more += header.accountFields
        write(
            [
                ("type", .text("session")), ("format", .integer(2)),
                ("mode", .text(header.mode.rawValue)), ("venue", .text(header.venue)),
                ("seed", .text(String(header.seed))), ("script", .text(header.script)),
                ("parameters", Self.pairs(header.parameters)),
                ("settings", Self.lists(header.settings)),
            ] + more)
        write([
            ("type", .text("version")), ("version", .integer(1)), ("hash", .text(hash)),
            ("files", Self.list(files)),
        ])
    }

    func add(_ reload: RecordedReload) {
        whenReloaded(reload)
        write([
            ("type", .text("reload")), ("version", .integer(Int64(reload.version))),
            ("hash", .text(reload.hash)),
            ("begun_at", .integer(reload.begun.nanoseconds)),
            ("swapped_at", .integer(reload.swapped.nanoseconds)),
            ("state_before", .text(reload.stateBefore)),
            ("state_after", .text(reload.stateAfter)), ("files", Self.list(reload.files)),
        ])
    }

    /// For its reader only: a run again rolls back by itself.
    func addRollback(from: Int, to: Int, reason: String, at time: Timestamp) {
        write([
            ("type", .text("rollback")), ("from", .integer(Int64(from))),
            ("to", .integer(Int64(to))), ("at", .integer(time.nanoseconds)),
            ("reason", .text(reason)),
        ])
    }

    public func add(_ limits: RecordedLimits) {
        write([
            ("type", .text("limits")), ("at", .integer(limits.time.nanoseconds)),
            ("limits", .text(limits.text)),
        ])
    }

    public func add(_ mark: RunMark) {
        write([
            ("type", .text("mark")), ("at", .integer(mark.time.nanoseconds)),
            ("intents", .integer(Int64(mark.intents))),
            ("intents_sha256", .text(mark.intentsHash)),
        ])
    }

    public func add(_ end: RunEnd) {
        write([
            ("type", .text("end")), ("reason", .text(end.reason)),
            ("at", .integer(end.time.nanoseconds)), ("intents", .integer(Int64(end.intents))),
            ("intents_sha256", .text(end.intentsHash)),
        ])
    }

    private static func pairs(_ values: [(name: String, text: String)]) -> JSON {
        lists(values.map { [$0.name, $0.text] })
    }

    private static func lists(_ values: [[String]]) -> JSON {
        .array(values.map { .array($0.map { .text($0) }) })
    }

    private static func list(_ files: [ScriptFile]) -> JSON {
        .array(files.map { .pairs([("path", .text($0.path)), ("text", .text($0.text))]) })
    }

    private func write(_ fields: [(String, JSON)]) { file.append(JSON.pairs(fields).line) }
}

/// A run as it was written down.
public struct RecordedRun: Sendable {
    public private(set) var header: RunHeader
    public private(set) var first: [ScriptFile] = []
    public private(set) var reloads: [RecordedReload] = []
    public private(set) var limits: [RecordedLimits] = []
    public private(set) var marks: [RunMark] = []
    /// Nil: the run goes on, or was killed.
    public private(set) var end: RunEnd?

    public init(of folder: RunFolder) throws(RunFolder.Problem) {
        let path = folder.path + "/" + RunRecord.fileName
        guard let text = fileBytes(path).flatMap({ String(validating: $0, as: UTF8.self) })
        else {
            throw RunFolder.Problem(description: "\(path): \(RunFolder.reason())")
        }
        header = RunHeader(
            mode: .paper, venue: "", seed: 0, script: "", parameters: [], settings: [])
        let lines = text.split(separator: "\n")
        guard !lines.isEmpty else {
            throw RunFolder.Problem(description: "\(path) is empty")
        }
        for (index, line) in lines.enumerated() {
            guard let value = try? JSON(parsing: line), apply(value) else {
                throw RunFolder.Problem(
                    description:
                        "\(path):\(index + 1): is not a line of a session that this runner "
                        + "can read")
            }
        }
    }

    /// False: not of the form.
    private mutating func apply(_ line: JSON) -> Bool {
        switch line["type"]?.text {
        case "session": return readHeader(line)
        case "version":
            guard let files = Self.files(line) else { return false }
            first = files
            return true
        case "reload": return readReload(line)
        case "limits":
            guard let text = line["limits"]?.text, let time = line["at"]?.integer else {
                return false
            }
            limits.append(RecordedLimits(text: text, at: Timestamp(nanoseconds: time)))
            return true
        case "mark":
            guard let mark = Self.mark(line) else { return false }
            marks.append(mark)
            return true
        case "end":
            guard let reason = line["reason"]?.text, let mark = Self.mark(line) else {
                return false
            }
            end = RunEnd(
                reason: reason, time: mark.time, intents: mark.intents,
                intentsHash: mark.intentsHash)
            return true
        case nil: return false
        default: return true  // said for people, or by a later runner
        }
    }

    private mutating func readHeader(_ line: JSON) -> Bool {
        guard line["format"]?.integer == 2,
            let mode = line["mode"]?.text.flatMap(TradingMode.init(rawValue:)),
            let venue = line["venue"]?.text, let seed = line["seed"]?.text.flatMap(UInt64.init),
            let script = line["script"]?.text, let parameters = Self.pairs(line["parameters"]),
            let settings = Self.lists(line["settings"])
        else { return false }
        header = RunHeader(
            mode: mode, venue: venue, seed: seed, script: script, parameters: parameters,
            settings: settings)
        header.orderSession = line["order_session"]?.text.flatMap { UInt64($0) }
        if let text = line["state"]?.text, let shape = line["state_version"]?.integer {
            header.state = StrategyState(text: text, shape: shape)
        }
        header.resumed = RunHeader.Resumed(line)
        if let accounts = RunHeader.accounts(in: line) { header.accounts = accounts }
        return true
    }

    private mutating func readReload(_ line: JSON) -> Bool {
        guard let version = line["version"]?.integer, let hash = line["hash"]?.text,
            let files = Self.files(line), let begun = line["begun_at"]?.integer,
            let swapped = line["swapped_at"]?.integer,
            let before = line["state_before"]?.text, let after = line["state_after"]?.text
        else { return false }
        reloads.append(
            RecordedReload(
                version: Int(version), hash: hash, files: files,
                begun: Timestamp(nanoseconds: begun), swapped: Timestamp(nanoseconds: swapped),
                stateBefore: before, stateAfter: after))
        return true
    }

    private static func mark(_ line: JSON) -> RunMark? {
        guard let time = line["at"]?.integer, let intents = line["intents"]?.integer,
            let hash = line["intents_sha256"]?.text
        else { return nil }
        return RunMark(
            time: Timestamp(nanoseconds: time), intents: Int(intents), intentsHash: hash)
    }

    private static func pairs(_ value: JSON?) -> [(name: String, text: String)]? {
        guard let lists = lists(value), lists.allSatisfy({ $0.count == 2 }) else { return nil }
        return lists.map { ($0[0], $0[1]) }
    }

    private static func lists(_ value: JSON?) -> [[String]]? {
        guard let entries = value?.items else { return nil }
        var lists: [[String]] = []
        for entry in entries {
            guard let parts = entry.items else { return nil }
            let texts = parts.compactMap(\.text)
            guard texts.count == parts.count, texts.count >= 2 else { return nil }
            lists.append(texts)
        }
        return lists
    }

    private static func files(_ line: JSON) -> [ScriptFile]? {
        guard let entries = line["files"]?.items, !entries.isEmpty else { return nil }
        var files: [ScriptFile] = []
        for entry in entries {
            guard let path = entry["path"]?.text, let text = entry["text"]?.text else {
                return nil
            }
            files.append(ScriptFile(path, text))
        }
        return files
    }
}
