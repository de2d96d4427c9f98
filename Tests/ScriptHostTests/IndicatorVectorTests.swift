import Foundation
import ScriptHost
import Testing

/// The `ta` indicators against vectors made by TA-Lib; `Vectors/README.md` says how.
@Suite struct `Indicator vectors` {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Vectors")

    private static func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
    }

    /// Runs every case of `check_ta.lua` inside the sandbox; the first that differs is an error.
    private static func compare(bars: String, expected: String) throws {
        let script = """
            local check = require "check_ta"
            local bars = check.parse([==[\(bars)]==])
            local expected = check.parse([==[\(expected)]==])
            local count = 0
            for _, name in ipairs(check.names) do
              local problem = check.compare(name, bars, expected)
              if problem then error(problem) end
              count = count + 1
            end
            assert(count >= 48, "fewer cases than there were")
            """
        _ = try LuaStrategy(text: script, folder: folder.path)
    }

    @Test(arguments: ["main", "small"])
    func `equal TA-Lib's from the same bar on`(series: String) throws {
        try Self.compare(
            bars: Self.text("ta_bars_\(series).csv"),
            expected: Self.text("ta_expected_\(series).csv"))
    }

    @Test func `one wrong digit is found`() throws {
        let expected = try Self.text("ta_expected_main.csv")
        var lines = expected.split(separator: "\n").map(String.init)
        var cells = lines[lines.count - 1].split(separator: ",", omittingEmptySubsequences: false)
            .map(String.init)
        let place = try #require(cells.lastIndex { Double($0) != nil })
        let value = try #require(Double(cells[place]))
        cells[place] = "\(value * 1.000001 + 0.000001)"
        lines[lines.count - 1] = cells.joined(separator: ",")
        #expect(throws: ScriptError.self) {
            try Self.compare(
                bars: Self.text("ta_bars_main.csv"), expected: lines.joined(separator: "\n"))
        }
    }
}
