import Glibc

/// One setting as somebody wrote it.
struct SettingEntry {
    /// Its place, such as `["paper", "balances", "USDT"]`.
    let path: [String]
    let text: String
    /// Where it was written: `runner.yaml:4`, `MOONRUNNER__PAPER__LEVERAGE`, `--leverage`.
    let origin: String

    var name: String { path.joined(separator: ".") }
}

/// What is wrong with settings, all of it at once.
struct InvalidSettings: Error, CustomStringConvertible {
    let problems: [String]
    var description: String { problems.joined(separator: "\n") }
}

/// Collects settings: a file first, then the environment, then flags; what comes later wins.
enum SettingLayers {
    static let fileName = "runner.yaml"
    private static let prefix = "MOONRUNNER__"

    /// The entries of a settings file.
    ///
    /// - Parameter path: the file that the user named; nil: `runner.yaml` here, if there is one.
    static func file(_ path: String?) throws(InvalidSettings) -> [SettingEntry] {
        let name = path ?? fileName
        guard let text = readText(name) else {
            guard path != nil else { return [] }
            throw InvalidSettings(problems: ["cannot read the settings file `\(name)`"])
        }
        let root: YamlNode?
        do throws(InvalidYaml) {
            root = try YamlText.read(text)
        } catch {
            throw InvalidSettings(
                problems: ["\(name):\(error.line): this is not valid YAML: \(error.reason)"])
        }
        guard let root else { return [] }
        var entries: [SettingEntry] = []
        var problems: [String] = []
        flatten(root, path: [], file: name, into: &entries, &problems)
        guard problems.isEmpty else { throw InvalidSettings(problems: problems) }
        return entries
    }

    private static func flatten(
        _ node: YamlNode, path: [String], file: String, into entries: inout [SettingEntry],
        _ problems: inout [String]
    ) {
        let origin = "\(file):\(node.line)"
        switch node.content {
        case .scalar(let text):
            if path.isEmpty {
                problems.append(
                    "\(origin): expected settings such as `paper:`, found a single value")
            } else if !(text.isEmpty || text == "~") {
                entries.append(SettingEntry(path: path, text: text, origin: origin))
            }
        case .mapping(let members):
            for (name, value) in members {
                flatten(value, path: path + [name], file: file, into: &entries, &problems)
            }
        case .list:
            problems.append(
                path.isEmpty
                    ? "\(origin): expected settings such as `paper:`, found a list"
                    : "\(origin): `\(path.joined(separator: "."))` cannot be a list")
        }
    }

    /// Entries such as `MOONRUNNER__PAPER__LEVERAGE=5`; a currency keeps its capitals.
    static func environment() -> [SettingEntry] {
        var entries: [SettingEntry] = []
        for (name, value) in environmentVariables() where name.hasPrefix(prefix) {
            var path: [String] = []
            var rest = Substring(name.dropFirst(prefix.count))
            while let gap = rest.range(of: "__") {
                path.append(String(rest[..<gap.lowerBound]))
                rest = rest[gap.upperBound...]
            }
            path.append(String(rest))
            let keepsCase = path.count > 2 && path[1].lowercased() == "balances"
            path = path.enumerated().map { index, part in
                index == 2 && keepsCase ? part : part.lowercased()
            }
            entries.append(SettingEntry(path: path, text: value, origin: name))
        }
        return entries.sorted { $0.origin < $1.origin }
    }
}

extension Substring {
    /// The first place where `text` stands.
    fileprivate func range(of text: String) -> Range<Index>? {
        var at = startIndex
        while at < endIndex {
            if self[at...].hasPrefix(text) {
                return at..<index(at, offsetBy: text.count)
            }
            at = index(after: at)
        }
        return nil
    }
}

/// All variables of the environment.
func environmentVariables() -> [String: String] {
    var variables: [String: String] = [:]
    var at = unsafe environ
    while let line = unsafe at.pointee {
        unsafe at += 1
        let text = unsafe String(cString: line)
        guard let equals = text.firstIndex(of: "=") else { continue }
        variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
    }
    return variables
}

/// A text file's contents; nil when it cannot be read.
func readText(_ path: String) -> String? {
    guard let file = unsafe fopen(path, "rb") else { return nil }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = unsafe fread(&buffer, 1, buffer.count, file)
        guard count > 0 else { break }
        bytes.append(contentsOf: buffer[..<count])
    }
    return unsafe ferror(file) == 0 ? String(decoding: bytes, as: UTF8.self) : nil
}
