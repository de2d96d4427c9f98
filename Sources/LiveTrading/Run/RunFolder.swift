internal import Glibc

/// Where a run keeps what it writes: a folder of its own under the user's `.moonrunner`.
public struct RunFolder: Sendable {
    public let name: String
    public let path: String

    package init(name: String, path: String) {
        self.name = name
        self.path = path
    }

    /// Why there is no folder, in words for the user.
    public struct Problem: Error, CustomStringConvertible {
        public let description: String
    }

    /// `MOONRUNNER_HOME`, or `.moonrunner` in the user's home.
    public static var home: String {
        if let set = environment("MOONRUNNER_HOME") { return set }
        if let home = environment("HOME") { return home + "/.moonrunner" }
        if let user = unsafe getpwuid(getuid()), let home = unsafe user.pointee.pw_dir {
            return unsafe String(cString: home) + "/.moonrunner"
        }
        return ".moonrunner"
    }

    private static var sessions: String { home + "/sessions" }

    private static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// Makes a new folder, named after a script and the time; only its user can read it.
    public static func create(script: String) throws(Problem) -> RunFolder {
        for folder in [home, sessions] where unsafe mkdir(folder, 0o700) != 0 && errno != EEXIST {
            throw Problem(description: "\(folder): \(reason())")
        }
        let base = baseName(of: script) + "-" + timeStamp()
        for attempt in 1...1_000 {
            let name = attempt == 1 ? base : "\(base)-\(attempt)"
            let path = sessions + "/" + name
            if unsafe mkdir(path, 0o700) == 0 { return RunFolder(name: name, path: path) }
            guard errno == EEXIST else { throw Problem(description: "\(path): \(reason())") }
        }
        throw Problem(description: "\(sessions) has too many sessions of this second")
    }

    /// The run of a name, or the folder at a path.
    public static func find(_ name: String) throws(Problem) -> RunFolder {
        let path = name.contains("/") ? name : sessions + "/" + name
        guard unsafe access(path, R_OK | X_OK) == 0 else {
            throw Problem(description: "there is no session \(name) in \(sessions)")
        }
        return RunFolder(name: name, path: path)
    }

    /// All runs, the oldest first by name.
    public static func all() -> [RunFolder] {
        fileNames(in: sessions).sorted().map { RunFolder(name: $0, path: sessions + "/" + $0) }
    }

    private static func baseName(of script: String) -> String {
        var name = script.split(separator: "/").last.map(String.init) ?? "strategy"
        if name.hasSuffix(".lua") { name.removeLast(4) }
        // A name that begins with `-` would be taken for a flag.
        let safe = name.filter { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
            .drop { $0 == "-" }
        return safe.isEmpty ? "strategy" : String(safe.prefix(60))
    }

    /// `20260131-235959` in UTC.
    private static func timeStamp() -> String {
        var now = time(nil)
        var parts = unsafe tm()
        unsafe gmtime_r(&now, &parts)
        func padded(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let date =
            unsafe "\(parts.tm_year + 1900)" + padded(parts.tm_mon + 1)
            + padded(parts.tm_mday)
        let clock = unsafe padded(parts.tm_hour) + padded(parts.tm_min) + padded(parts.tm_sec)
        return date + "-" + clock
    }

    static func reason() -> String { unsafe String(cString: strerror(errno)) }
}
