import Foundation
import ScriptHost
import Testing
import TradingCore
import TradingModel

/// An example of docs/lua-api.md.
private struct Example: CustomStringConvertible, Sendable {
    var line: Int
    var text = ""
    var description: String { "docs/lua-api.md:\(line)" }

    static func all() throws -> [Example] {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/lua-api.md"), encoding: .utf8)
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
    }
}

@Suite struct `The page of the script API` {
    @Test(arguments: try Example.all())
    private func `has examples that run`(example: Example) throws {
        let strategy = try LuaStrategy(text: example.text, name: "docs/lua-api.md")
        let run = try EngineRun(strategy)
        var lines = run.start().lines
        if !strategy.symbols.isEmpty {
            let id = InstrumentID(0)
            for step in 0..<5 {
                lines += try run.trade("\(50_001 + step * 30)").lines
                lines += try run.process { time in
                    .market(
                        .book(
                            BookChange(
                                instrument: id, kind: .level, side: step % 2 == 0 ? .buy : .sell,
                                price: try Price("\(50_000 + step)"), quantity: try Quantity("1"),
                                endsMessage: true, venueTime: time, receiveTime: time)))
                }.lines
            }
            lines += run.process { .time($0.advanced(byNanoseconds: 120_000_000_000)) }.lines
        }
        lines += run.process { .stop(reason: "done", at: $0) }.lines
        #expect(!lines.contains { $0.contains(".lua:") }, "\(lines)")
        for line in example.text.split(separator: "\n") where line.hasPrefix("-- expect: ") {
            #expect(lines.contains(String(line.dropFirst(11))), "\(lines)")
        }
    }
}
