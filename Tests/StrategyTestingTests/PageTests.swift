import Foundation
import ScriptHost
import StrategyTesting
import Testing

/// An example of docs/testing-strategies.md: a test file.
private struct Example: CustomStringConvertible, Sendable {
    var line: Int
    var text = ""
    var description: String { "docs/testing-strategies.md:\(line)" }

    static let page: String = {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appending(path: "docs/testing-strategies.md")
        return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }()

    static let all: [Example] = {
        var examples: [Example] = []
        var isInside = false
        for (index, line) in page.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            if line == "```lua" {
                examples.append(Example(line: index + 2))
                isInside = true
            } else if line == "```" {
                isInside = false
            } else if isInside {
                examples[examples.count - 1].text += line + "\n"
            }
        }
        return examples
    }()
}

@Suite struct `The page on testing strategies` {
    /// The strategy comes first, the test files after it.
    private func folder() throws -> TestFolder {
        try TestFolder(["dip.lua": try #require(Example.all.first).text])
    }

    @Test(arguments: Example.all.dropFirst())
    private func `has examples that pass`(example: Example) throws {
        let result = try folder().run(example.text)
        #expect(result.failure == nil)
        #expect(!result.tests.isEmpty)
        for test in result.tests {
            #expect(test.failure == nil, "\(test.name): \(test.failure?.description ?? "")")
            #expect(test.hasExpectations)
        }
    }

    /// The names that an error lists for one that is near to none.
    private func names(_ body: String) throws -> [String] {
        let message = try #require(try folder().failure(of: body)).message
        let list = try #require(message.components(separatedBy: "; there are ").last)
        return list.components(separatedBy: ", ")
    }

    @Test(arguments: [
        "trade", "quote", "book", "bar", "ticker", "funding", "order", "fill", "status",
    ])
    func `names every field of an event`(event: String) throws {
        let row = try #require(
            Example.page.split(separator: "\n").first { $0.hasPrefix("| `\(event){}` |") })
        let fields = try names("\(event) { zzzzzzzzzzzzzz = 1 }")
        #expect(fields.count > 3)
        for field in fields { #expect(row.contains("`\(field)`"), "\(field)") }
    }

    @Test func `has an editor file beside it with the same names`() throws {
        let file = TestEditorFile.text
        let events = [
            "trade", "quote", "book", "bar", "ticker", "funding", "order", "fill", "status",
        ]
        for event in events {
            let block = try #require(
                file.components(separatedBy: "---@class moonrunner.test.\(event)\n").last?
                    .components(separatedBy: "\n\n").first)
            let told = block.split(separator: "\n").filter { $0.hasPrefix("---@field ") }
                .compactMap { $0.dropFirst(10).split(separator: "?").first.map(String.init) }
            #expect(try told.sorted() == names("\(event) { zzzzzzzzzzzzzz = 1 }").sorted())
        }
        let all =
            try names("expect(1).zzzzzzzzzzzzzz(1)")
            + names("strategy(\"dip.lua\").zzzzzzzzzzzzzz()")
        for name in all { #expect(file.contains("---@field \(name) "), "\(name)") }
    }

    @Test func `names every comparison, and all that a strategy under test has`() throws {
        let comparisons = try names("expect(1).zzzzzzzzzzzzzz(1)")
        #expect(comparisons.count >= 10)
        for name in comparisons { #expect(Example.page.contains("`\(name)("), "\(name)") }
        let own = try names("strategy(\"dip.lua\").zzzzzzzzzzzzzz()")
        #expect(own.count >= 20)
        for name in own {
            let isNamed =
                Example.page.contains("`s.\(name)") || Example.page.contains("`\(name)`")
            #expect(isNamed, "\(name)")
        }
        for option in try names("strategy(\"dip.lua\", {}, { zzzzzzzzzzzzzz = 1 })") {
            #expect(Example.page.contains("`\(option) = "), "\(option)")
        }
    }
}
