import Glibc

/// The files of a strategy: the script and what it requires, all in one folder.
struct ScriptFiles {
    /// What was read, in order: the name in messages, the path, the text.
    private(set) var read: [(chunk: String, path: String, text: String)] = []
    /// The files of an earlier run, which `require` then takes instead of those on the disk.
    var recorded: [ScriptFile]?
    /// Where `require` looks, without a slash at the end; nil: nowhere.
    let folder: String?

    /// The largest source: far beyond what anyone writes, in bytes.
    private static let largestFile = 4 << 20
    /// All sources of a script together, in bytes.
    private static let largestWhole = 16 << 20

    init(folder: String?) { self.folder = folder }

    /// The folder that a path lies in.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func lastComponent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return path }
        return String(path[path.index(after: slash)...])
    }

    /// Notes a text as a file of the script.
    mutating func add(chunk: String, path: String, text: String) {
        read.append((chunk, path, text))
    }

    /// Reads `a.b` from `a/b.lua` in the folder.
    ///
    /// - Throws: ``UnreadableFile`` in words for the script's author.
    mutating func module(_ name: String) throws(UnreadableFile) -> (chunk: String, text: String) {
        if let recorded { return try module(name, among: recorded) }
        guard let folder else {
            throw UnreadableFile(message: "require \"\(name)\": this script has no folder")
        }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                        || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
                }
        }
        guard isPlain else {
            throw UnreadableFile(
                message: "require \"\(name)\": a name has letters, digits, `_` and `-`, with dots "
                    + "between folders, and means a file beside the script: require \"lib.util\" "
                    + "loads lib/util.lua")
        }
        let chunk = parts.joined(separator: "/") + ".lua"
        let path = "\(folder)/\(chunk)"
        guard let real = realPath(of: path) else {
            throw UnreadableFile(
                message: "require \"\(name)\": there is no file \(chunk) beside the script")
        }
        guard let root = realPath(of: folder), root == "/" || real.hasPrefix(root + "/") else {
            throw UnreadableFile(
                message: "require \"\(name)\": \(chunk) leads out of the script's folder")
        }
        // Scripts can read this message, so it does not say where they lie.
        let text = try Self.text(of: real, shown: chunk)
        guard read.reduce(text.utf8.count, { $0 + $1.text.utf8.count }) <= Self.largestWhole else {
            throw UnreadableFile(
                message: "require \"\(name)\": the script and what it requires are larger than "
                    + "16 MB together")
        }
        add(chunk: chunk, path: path, text: text)
        return (chunk, text)
    }

    private mutating func module(
        _ name: String, among recorded: [ScriptFile]
    ) throws(UnreadableFile) -> (chunk: String, text: String) {
        let chunk = name.split(separator: ".").joined(separator: "/") + ".lua"
        guard let file = recorded.dropFirst().first(where: { $0.path.hasSuffix("/" + chunk) })
        else {
            throw UnreadableFile(message: "require \"\(name)\": the session has no such file")
        }
        add(chunk: chunk, path: file.path, text: file.text)
        return (chunk, file.text)
    }

    /// Reads a whole file of UTF-8 text.
    static func text(of path: String, shown: String) throws(UnreadableFile) -> String {
        // A pipe without a writer would block an open that waits.
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw UnreadableFile(message: "\(shown): \(reason())") }
        defer { close(file) }
        var facts = stat()
        guard unsafe fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw UnreadableFile(message: "\(shown): is not a file with text")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(file, buffer.baseAddress, buffer.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw UnreadableFile(message: "\(shown): \(reason())") }
            guard count > 0 else { break }
            bytes += buffer[..<count]
            guard bytes.count <= largestFile else {
                throw UnreadableFile(message: "\(shown): is larger than 4 MB, too large a script")
            }
        }
        guard bytes.first != 0x1b else {
            throw UnreadableFile(
                message: "\(shown): is compiled Lua; give the source, which is text")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw UnreadableFile(message: "\(shown): is not UTF-8 text; save it as UTF-8")
        }
        return text
    }

    private static func reason() -> String { unsafe String(cString: strerror(errno)) }

    /// The text of a line, counted from 1, without the blanks around it; nil: not known.
    func line(_ number: Int, ofChunk chunk: String) -> String? {
        guard let text = file(ofChunk: chunk)?.text else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(number - 1) else { return nil }
        return Self.shown(lines[number - 1])
    }

    /// The path of a chunk, as it was given; Lua shortens long names to `...tail`.
    func path(ofChunk chunk: String) -> String { file(ofChunk: chunk)?.path ?? chunk }

    private func file(ofChunk chunk: String) -> (chunk: String, path: String, text: String)? {
        let isShortened = chunk.hasPrefix("...")
        return read.first { file in
            isShortened ? file.chunk.hasSuffix(chunk.dropFirst(3)) : file.chunk == chunk
        }
    }

    /// A source line for a message: trimmed, tabs as blanks, 160 characters at most.
    static func shown(_ line: Substring) -> String {
        var line = line.drop { $0 == " " || $0 == "\t" }
        while let last = line.last, last.isWhitespace { line.removeLast() }
        return String(line.prefix(160).map { $0 == "\t" ? " " : $0 })
    }
}

/// A file of a strategy with its text.
public struct ScriptFile: Hashable, Sendable {
    public var path: String
    public var text: String
    public init(_ path: String, _ text: String) {
        self.path = path
        self.text = text
    }
}

/// A file that cannot be read, and why.
struct UnreadableFile: Error {
    let message: String
}

/// The path from the root, without symbolic links; nil: there is nothing.
package func realPath(of path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
}
