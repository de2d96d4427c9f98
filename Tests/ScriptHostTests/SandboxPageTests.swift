import Foundation
import Testing

@Suite struct `The page on the sandbox` {
    private static let project = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: project.appending(path: path), encoding: .utf8)
    }

    /// All sources of tests, as one text.
    private static func tests() throws -> String {
        let folder = project.appending(path: "Tests")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let paths = (files?.allObjects ?? []).compactMap { $0 as? URL }
            .filter { $0.pathExtension == "swift" }
        return try paths.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
    }

    /// What stands between backticks.
    private static func quoted(_ text: Substring) -> [String] {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        return stride(from: 1, to: parts.count, by: 2).map { String(parts[$0]) }
    }

    @Test func `names for each promise and each limit what holds it, and that exists`() throws {
        let page = try Self.text("docs/sandbox.md")
        let tests = try Self.tests()
        var rows = 0
        for line in page.split(separator: "\n") where line.hasPrefix("| ") {
            let cells = line.split(separator: "|").map { $0.drop { $0 == " " } }
            guard let last = cells.last, !last.hasPrefix("Held by"), !last.hasPrefix("---") else {
                continue
            }
            rows += 1
            let names = Self.quoted(last)
            #expect(!names.isEmpty, "\(line)")
            for name in names { #expect(Self.exists(name, in: tests), "\(name)") }
        }
        #expect(rows > 30)
    }

    private static func exists(_ name: String, in tests: String) -> Bool {
        let files = FileManager.default
        if name.hasPrefix("scripts/") {
            return files.isExecutableFile(atPath: project.appending(path: name).path)
        }
        let isAttack = name.count > 4 && name.first == "A" && name.dropFirst(3).first == "_"
        guard isAttack else { return tests.contains("func `\(name)`") }
        let attack = "Tests/ScriptHostTests/Attacks/\(name).lua"
        return files.fileExists(atPath: project.appending(path: attack).path)
    }
}
