import Foundation
import Testing

@Suite struct `The test command` {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        _ = try folder.write(
            "good_test.lua",
            "test(\"adds\", function() expect(1 + 1).equals(2) end)\n"
                + "test(\"is empty\", function() print(\"hello\") end)\n")
        _ = try folder.write(
            "bad_test.lua", "test(\"fails\", function()\n  expect(1).equals(2)\nend)\n")
        _ = try folder.write("broken_test.lua", "test(\"x\", function()\n")
    }

    private func runner(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> Runner {
        try Runner(["test"] + arguments, in: folder.url, environment: environment)
    }

    @Test func `lists each test with its line, and a summary`() throws {
        let run = try runner(["good_test.lua"])
        #expect(run.code == 0)
        #expect(run.errors == "")
        let lines = run.output.split(separator: "\n").map(String.init)
        #expect(lines[0] == "good_test.lua")
        #expect(lines[1].hasPrefix("  ✓ adds ") && lines[1].hasSuffix("line 1"))
        #expect(lines[2].hasPrefix("  ✓ is empty ") && lines[2].contains("compares nothing"))
        #expect(lines[3] == "    │ hello")
        #expect(lines[4].hasPrefix("2 passed in 1 file, "))
    }

    @Test func `shows why a test failed, with file, line and source`() throws {
        let run = try runner(["bad_test.lua"])
        #expect(run.code == 1)
        for part in [
            "✗ fails", "expected  2", "     got  1", "bad_test.lua:2", "2 | expect(1).equals(2)",
            "0 passed, 1 failed in 1 file",
        ] {
            #expect(run.output.contains(part), "\(run.output)")
        }
    }

    @Test func `runs the other files when one cannot be run, a whole folder by default`() throws {
        let run = try runner([])
        #expect(run.code == 1)
        for part in [
            "bad_test.lua\n", "broken_test.lua\n", "the file cannot be run", "✓ adds",
            "2 passed, 1 failed, 1 file not run in 3 files",
        ] {
            #expect(run.output.contains(part), "\(run.output)")
        }
    }

    @Test func `runs only tests with a part of a name`() throws {
        let run = try runner(["good_test.lua", "bad_test.lua", "--filter", "add"])
        #expect(run.code == 0)
        #expect(run.output.contains("1 passed in 2 files"))
        expectOneMessage(
            try runner(["good_test.lua", "--filter", "nothing"]), code: 2,
            containing: ["none of the 2 tests", "`nothing`"])
    }

    @Test func `is what a test file given alone is pointed to`() throws {
        expectOneMessage(
            try Runner(["good_test.lua"], in: folder.url), code: 2,
            containing: ["runner test good_test.lua"])
    }

    @Test func `gives JSON`() throws {
        let run = try runner(["good_test.lua", "bad_test.lua", "--json"])
        #expect(run.code == 1)
        let fields = try run.json()
        #expect(fields["passed"] as? Int == 2)
        #expect(fields["failed"] as? Int == 1)
        let files = try #require(fields["files"] as? [[String: Any]])
        #expect(files.map { $0["file"] as? String } == ["good_test.lua", "bad_test.lua"])
        let tests = try #require(files[1]["tests"] as? [[String: Any]])
        let failure = try #require(tests[0]["failure"] as? [String: Any])
        #expect(failure["line"] as? Int == 2)
        #expect(failure["message"] as? String == "expected  2\n     got  1")
        let passed = try #require(files[0]["tests"] as? [[String: Any]])
        #expect(passed[1]["printed"] as? [String] == ["hello"])
        #expect(passed[1]["compares_nothing"] as? Bool == true)
    }

    @Test(arguments: [
        (["nowhere_test.lua"], "nowhere_test.lua: No such file"), (["empty"], "no test file"),
        (["quiet.lua"], "no test in quiet.lua"), (["notes.txt"], "a test file is Lua"),
    ])
    func `says so when there is nothing to run`(arguments: [String], part: String) throws {
        try FileManager.default.createDirectory(
            at: folder.url.appendingPathComponent("empty"), withIntermediateDirectories: false)
        _ = try folder.write("quiet.lua", "local x = 1\n")
        _ = try folder.write("notes.txt", "")
        expectOneMessage(try runner(arguments), code: 2, containing: [part])
    }

    @Test func `has no colour where the output is not a terminal, or NO_COLOR is set`() throws {
        #expect(!(try runner([]).output.contains("\u{1B}")))
        #expect(!(try runner([], environment: ["NO_COLOR": "1"]).output.contains("\u{1B}")))
    }

    @Test func `finds strategies beside the test file, wherever it is called from`() throws {
        _ = try folder.write(
            "here.lua", "subscribe(\"sim:BTC/USDT\", \"trades\")\nfunction on_trade(t) end\n")
        let file = try folder.write(
            "here_test.lua",
            "test(\"a\", function() expect(strategy(\"here.lua\").on_trade()).is_nil() end)\n")
        let run = try Runner(["test", file])
        #expect(run.code == 0, "\(run.output)")
    }
}
