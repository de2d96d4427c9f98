internal import Cryptography
public import ScriptHost
internal import TradingCore

/// How a script is loaded, again and again while its files change.
public struct ScriptOrigin: Sendable {
    public var path: String
    public var parameters: [ParameterOverride]
    public var limits: ScriptLimits
    public var seed: UInt64
    /// Called before each load: a test may hold it up there.
    package var beforeLoad: (@Sendable () -> Void)?

    public init(
        path: String, parameters: [ParameterOverride], limits: ScriptLimits, seed: UInt64
    ) {
        self.path = path
        self.parameters = parameters
        self.limits = limits
        self.seed = seed
    }

    /// The path from the root, without symbolic links: what the strategy is known by from run to run.
    public var knownPath: String { realPath(of: path) ?? path }

    /// The script as it lies on the disk now.
    func load(state: String?) throws(ScriptError) -> LuaStrategy {
        beforeLoad?()
        return try LuaStrategy(
            file: path, parameters: parameters, limits: limits, seed: seed, state: state)
    }

    /// The script as a session recorded it.
    public func load(
        _ files: [ScriptFile], state: String?
    ) throws(ScriptError) -> LuaStrategy {
        guard let script = files.first else {
            throw ScriptError(file: path, message: "the session has no text of it")
        }
        return try LuaStrategy(
            text: script.text, name: script.path, parameters: parameters, limits: limits,
            seed: seed, state: state, recorded: files)
    }

    /// The first 8 digits of a hash over texts and parameters: what a version is known by.
    public func hash(of files: [ScriptFile]) -> String {
        var hash = SHA256()
        for file in files {
            hash.add(Array("\(file.path.utf8.count):\(file.path)".utf8))
            hash.add(Array("\(file.text.utf8.count):\(file.text)".utf8))
        }
        for parameter in parameters {
            hash.add(Array("\(parameter.name)=\(parameter.text)\n".utf8))
        }
        return hexadecimal(hash.digest.prefix(4))
    }

    /// What stops a script before it is tried; nil: nothing.
    func firstMistake() -> String? {
        let findings = StrategyCheck.findings(file: path, parameters: parameters)
        return findings.first { $0.severity == .error }.map { ReloadText.withCaret($0) }
    }
}
