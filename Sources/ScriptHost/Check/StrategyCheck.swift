internal import LuaSyntax

/// Looks for mistakes in a script without trading: what the text tells, and what loading it tells.
public enum StrategyCheck {
    /// What is wrong with the script at `path` and all that it requires, in the order of the files.
    ///
    /// An error means that the script, or a part of it, cannot do what it says; a reload refuses
    /// it. A warning means that it can, but probably not as meant.
    ///
    /// - Parameter limits: what loading it may use.
    public static func findings(
        file path: String, parameters: [ParameterOverride] = [],
        limits: ScriptLimits = ScriptLimits()
    ) -> [Diagnostic] {
        let text: String
        do throws(UnreadableFile) {
            text = try ScriptFiles.text(of: path, shown: path)
        } catch {
            let reason =
                error.message.hasPrefix(path + ": ")
                ? String(error.message.dropFirst(path.count + 2)) : error.message
            return [Diagnostic(severity: .error, file: path, message: reason)]
        }
        return findings(
            text: text, name: path, folder: ScriptFiles.folder(of: path), parameters: parameters,
            limits: limits)
    }

    /// As ``findings(file:parameters:limits:)``, of a script that has been loaded from its file.
    public static func findings(of script: LuaStrategy) -> [Diagnostic] {
        guard let file = script.sources.first else { return [] }
        let checker = Checker(
            text: file.text, path: file.path, folder: ScriptFiles.folder(of: file.path))
        checker.loaded = script
        checker.run()
        return checker.findings
    }

    /// As ``findings(file:parameters:limits:)``, of a text.
    package static func findings(
        text: String, name: String = "strategy.lua", folder: String? = nil,
        parameters: [ParameterOverride] = [], limits: ScriptLimits = ScriptLimits()
    ) -> [Diagnostic] {
        let checker = Checker(text: text, path: name, folder: folder)
        if checker.files.allSatisfy({ $0.error == nil }) {
            do throws(ScriptError) {
                checker.loaded = try LuaStrategy(
                    text: text, name: name, folder: folder, parameters: parameters,
                    limits: limits)
            } catch {
                checker.loadError = error
            }
        }
        checker.run()
        return checker.findings
    }
}

/// One check: the files, what is known about them, and what was found.
final class Checker {
    /// The script first, then what it requires, in order.
    private(set) var files: [CheckedFile]
    let facts: Facts
    let kinds: Kinds
    /// The script as it runs; nil: it does not load.
    var loaded: LuaStrategy?
    var loadError: ScriptError?
    private(set) var findings: [Diagnostic] = []
    /// The file that the rules look at.
    var file: CheckedFile
    /// What `params{}` declares; nil: it is not called, or not with a table of names.
    var declared: DeclaredParameters? { kinds.declared }
    /// The parameters that were seen to be read.
    var readParameters: Set<String> = []
    /// Calls that stand alone.
    var droppedCalls: Set<ObjectIdentifier> = []

    init(text: String, path: String, folder: String?) {
        let main = CheckedFile(path: path, text: text)
        file = main
        files = [main]
        facts = Facts(main)
        kinds = Kinds(facts)
        var reader = ScriptFiles(folder: folder)
        var missing: [(mention: Facts.Mention, message: String)] = []
        var seen: Set<String> = []
        var next = 0
        while next < facts.required.count {  // what is required may require more
            let (name, mention) = facts.required[next]
            next += 1
            guard seen.insert(name).inserted else { continue }
            do throws(UnreadableFile) {
                let module = try reader.module(name)
                guard let path = reader.read.last?.path else { continue }
                let required = CheckedFile(path: path, text: module.text)
                files.append(required)
                facts.gather(required)
            } catch {
                missing.append((mention, error.message))
            }
        }
        for (mention, message) in missing {
            file = mention.file
            add(.missingModule, mention.range, message)
        }
        file = main
    }

    func add(
        _ code: CheckCode, _ range: Range<Int>, _ message: String, suggestion: String? = nil
    ) {
        findings.append(file.diagnostic(code, at: range, message, suggestion: suggestion))
    }

    /// As ``add(_:_:_:suggestion:)``, in the file of a mention or binding.
    func add(
        _ code: CheckCode, in file: CheckedFile, _ range: Range<Int>, _ message: String,
        suggestion: String? = nil
    ) {
        findings.append(file.diagnostic(code, at: range, message, suggestion: suggestion))
    }

    func run() {
        for file in files {
            self.file = file
            if let error = file.error {
                add(.syntax, error.range, error.message, suggestion: error.suggestion)
            }
            for (code, range) in file.unknownCodes {
                let near = nearestName(to: code, among: CheckCode.allCases.map(\.rawValue))
                add(
                    .unknownCode, range, "no finding has the code `\(code)`",
                    suggestion: near.map { "did you mean `\($0)`?" })
            }
            guard let program = file.program else { continue }
            RuleWalk(self).walk(program)
        }
        checkGlobals()
        checkLocals()
        checkParameters()
        checkHandlers()
        checkSeries()
        addLoadError()
        finish()
    }

    /// What the load found, unless the same line is already explained.
    private func addLoadError() {
        guard let loadError else { return }
        let isExplained = findings.contains { finding in
            guard finding.severity == .error, finding.file == loadError.file,
                let line = finding.line, let failed = loadError.line
            else { return false }
            return line == failed || statement(around: failed, in: loadError.file).contains(line)
        }
        guard !isExplained else { return }
        let known = loadError.line.flatMap { line in
            files.first { $0.path == loadError.file }?
                .diagnostic(.load, line: line, loadError.message)
        }
        findings.append(
            known
                ?? Diagnostic(
                    severity: .error, file: loadError.file.isEmpty ? files[0].path : loadError.file,
                    line: loadError.line, message: loadError.message,
                    sourceLine: loadError.sourceLine))
    }

    /// The lines of the outermost statement that a line is in: a call that fails has its first.
    private func statement(around line: Int, in path: String) -> ClosedRange<Int> {
        guard let file = files.first(where: { $0.path == path }) else { return line...line }
        for statement in file.program?.body.statements ?? [] {
            let first = file.line(of: statement.range.lowerBound)
            let last = file.line(of: statement.range.upperBound)
            if first <= line, line <= last { return first...last }
        }
        return line...line
    }

    /// Sorts, and drops what is said twice or was silenced.
    private func finish() {
        let order = Dictionary(
            files.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<Diagnostic> = []
        findings = findings.filter { finding in
            let isSilenced =
                files.first { $0.path == finding.file }?.isSilenced(finding) ?? false
            return !isSilenced && seen.insert(finding).inserted
        }
        findings.sort { left, right in
            func key(_ it: Diagnostic) -> (Int, Int, Int, String) {
                (order[it.file] ?? files.count, it.line ?? 0, it.column ?? 0, it.code)
            }
            return key(left) < key(right)
        }
    }

    /// `: did you mean …?` for messages.
    func suggestion(for name: String, among names: some Sequence<String>) -> String? {
        nearestName(to: name, among: names).map { "did you mean `\($0)`?" }
    }
}
