import ArgumentParser
import Glibc
import ScriptHost
import StrategyTesting

/// `runner new`: a strategy to begin with, its tests, and the settings of editors.
struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Writes a commented strategy with its test.",
        discussion: "TEMPLATES:\n"
            + Template.all.map { template in
                let gap = String(repeating: " ", count: 8 - template.name.count)
                return "  \(template.name)\(gap)\(template.summary)"
            }.joined(separator: "\n") + """


                EXAMPLES:
                  runner new demo
                  runner new research/basis --template pairs

                No file is ever overwritten.
                """)

    @Argument(
        help: ArgumentHelp("The strategy's name, with a folder or without.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp("What to begin with: see above.", valueName: "template"))
    var template = "trend"

    func run() throws {
        let template = try chosenTemplate()
        let place = try NewPlace(name)
        let files = [
            (place.path("\(place.name).lua"), template.strategy(named: place.name)),
            (place.path("\(place.name)_test.lua"), template.test(named: place.name)),
        ]
        for (path, _) in files where NewFile.exists(path) {
            throw RunFailure(
                .usage, "\(path) is there already, and nothing was written; choose another name")
        }
        for (path, text) in files { try NewFile.write(text, to: path) }
        var lines = files.map { "wrote \($0.0)" }
        let forTests = (path: TestEditorFile.path, text: TestEditorFile.text)
        for file in EditorFiles.all + [forTests] {
            let path = place.path(file.path)
            if NewFile.exists(path) {
                lines.append("kept  \(path), which was there already")
            } else {
                try NewFile.write(file.text, to: path)
                lines.append("wrote \(path)")
            }
        }
        let script = files[0].0
        Console.print(
            lines.joined(separator: "\n") + """


                It \(template.summary). Next:

                  runner test \(files[1].0)
                  runner \(script) --speed 300
                  runner check \(script)
                """)
    }

    private func chosenTemplate() throws(RunFailure) -> Template {
        if let found = Template.all.first(where: { $0.name == template }) { return found }
        let names = Template.all.map(\.name)
        throw RunFailure(.usage, unknownName("template", template, among: names))
    }
}

/// Where a new strategy goes: a folder and a name.
private struct NewPlace {
    /// Empty: the one at hand.
    let folder: String
    let name: String

    init(_ given: String) throws(RunFailure) {
        var text = given[...]
        if text.hasSuffix(".lua") { text = text.dropLast(4) }
        let slash = text.lastIndex(of: "/")
        folder = slash.map { String(text[..<$0]) + "/" } ?? ""
        name = slash.map { String(text[text.index(after: $0)...]) } ?? String(text)
        let isPlain = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        }
        guard let first = name.first, isPlain, first.isLetter, name.utf8.count <= 60 else {
            throw RunFailure(
                .usage,
                "`\(given)` is not a name for a strategy: it begins with a letter, and has letters, "
                    + "digits, `_` and `-` only, such as runner new demo or runner new ideas/demo")
        }
        guard !name.hasSuffix("_test") else {
            throw RunFailure(
                .usage,
                "`\(given)` would be taken for a test file; leave `_test` out, the test is written "
                    + "too")
        }
    }

    func path(_ file: String) -> String { folder + file }
}

/// Files that are only ever new.
private enum NewFile {
    static func exists(_ path: String) -> Bool {
        var facts = stat()
        return unsafe lstat(path, &facts) == 0
    }

    /// Writes a file that is not there yet, and the folders on the way to it.
    static func write(_ text: String, to path: String) throws(RunFailure) {
        var at = path.startIndex
        while let slash = path[at...].dropFirst().firstIndex(of: "/") {
            guard unsafe mkdir(String(path[..<slash]), 0o777) == 0 || errno == EEXIST else {
                throw RunFailure(.failed, "\(path[..<slash]): \(reason())")
            }
            at = slash
        }
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw RunFailure(.failed, "\(path): \(reason())") }
        defer { close(file) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe Glibc.write(file, raw.baseAddress, raw.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw RunFailure(.failed, "\(path): \(reason())") }
            bytes = bytes.dropFirst(count)
        }
    }

    private static func reason() -> String { unsafe String(cString: strerror(errno)) }
}
