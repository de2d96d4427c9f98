import Foundation
import Testing

@Suite struct `The check command` {
    private func script(_ text: String) throws -> (folder: TemporaryFolder, path: String) {
        let folder = try TemporaryFolder()
        return (folder, try folder.write("strategy.lua", text))
    }

    @Test func `says that nothing was found`() throws {
        let run = try Runner(["check", "strategies/ema_cross.lua"])
        #expect(run.code == 0)
        #expect(run.output == "strategies/ema_cross.lua: no mistakes found\n")
    }

    @Test func `ends with 1 on an error and with 0 on a warning`() throws {
        let start =
            "subscribe('sim:BTC/USDT', 'trades')\nfunction on_trade() return target(1) end\n"
        let wrong = try script(start + "local x = ta.emma(5)")
        let failed = try Runner(["check", wrong.path])
        #expect(failed.code == 1)
        #expect(
            failed.output.contains("strategy.lua:3:14: error: `ta` has no `emma`: did you mean"))
        #expect(failed.output.contains("[unknown-function]\n  3 | local x = ta.emma(5)\n"))
        let unused = try script(start + "local x = 1")
        let warned = try Runner(["check", unused.path])
        #expect(warned.code == 0)
        #expect(warned.output.contains("warning: `x` is never read"))
    }

    @Test func `takes many files, and leaves test files out`() throws {
        let folder = try TemporaryFolder()
        let good = try folder.write(
            "good.lua", "subscribe('sim:BTC/USDT', 'trades')\nfunction on_trade() end\n")
        let bad = try folder.write("bad.lua", "x = = 1")
        let test = try folder.write("good_test.lua", "test('is left out', function() end)")
        let run = try Runner(["check", good, bad, test])
        #expect(run.code == 1)
        #expect(run.output.contains("good.lua: no mistakes found\n"), "\(run.output)")
        #expect(run.output.contains("bad.lua:1:5: error: "), "\(run.output)")
        #expect(run.errors == "\(test) is a test file: left out\n")
        let json = try Runner(["check", good, bad, "--json"])
        let list = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
        #expect((list as? [[String: Any]])?.map { $0["file"] as? String } == [bad])
        expectOneMessage(
            try Runner(["check", test]), code: 2, containing: ["runner test \(test)"])
    }

    @Test func `reads what a script may use from the settings`() throws {
        let greedy = try script(
            "subscribe('sim:BTC/USDT', 'trades')\nfunction on_trade() end\n"
                + "local kept = string.rep('x', 4000000)\nlog.info(#kept)\n")
        #expect(try Runner(["check", greedy.path]).code == 0)
        let settings = try greedy.folder.write("small.yaml", "script: {memory: 1MB}\n")
        let run = try Runner(["check", greedy.path, "--settings", settings])
        #expect(run.code == 1)
        #expect(run.output.contains("[load]"), "\(run.output)")
        expectOneMessage(
            try Runner(["check", greedy.path, "--settings", "/nowhere.yaml"]), code: 2,
            containing: ["/nowhere.yaml"])
    }

    @Test func `of a file that is not there is a wrong call, told once`() throws {
        let run = try Runner(["check", "nowhere.lua", "strategies/ema_cross.lua"])
        expectOneMessage(run, code: 2, containing: ["nowhere.lua: No such file"])
        #expect(run.errors.components(separatedBy: "nowhere.lua").count == 2, "\(run.errors)")
    }

    @Test func `prints all that is known as JSON`() throws {
        let wrong = try script("subscribe('sim:BTC/USDT', 'trade')\nfunction on_trade() end")
        let run = try Runner(["check", wrong.path, "--json"])
        let list = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        let findings = try #require(list as? [[String: Any]])
        let finding = try #require(findings.first)
        #expect(findings.count == 1)
        #expect(finding["code"] as? String == "unknown-feed")
        #expect(finding["severity"] as? String == "error")
        #expect(finding["file"] as? String == wrong.path)
        #expect(finding["line"] as? Int == 1)
        #expect(finding["column"] as? Int == 27)
        #expect(finding["end_column"] as? Int == 34)
        #expect(finding["source"] as? String == "subscribe('sim:BTC/USDT', 'trade')")
        #expect((finding["message"] as? String)?.contains("did you mean `trades`?") == true)
        #expect(finding["suggestion"] is NSNull)
        #expect(run.code == 1)
    }

    @Test func `writes the editor files of the API`() throws {
        let meta = try Runner(["api", "--luals"])
        #expect(meta.code == 0)
        #expect(meta.output.hasPrefix("---@meta\n"))
        #expect(try Runner(["api", "--luacheck"]).output.contains("std = \"moonrunner\""))
        #expect(!(try Runner(["--help"]).output.contains("  api")))
    }
}
