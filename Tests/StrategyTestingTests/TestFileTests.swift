import ScriptHost
import StrategyTesting
import Testing

@Suite struct `A test file` {
    /// Small enough to be reached soon.
    private var small: ScriptLimits {
        var limits = ScriptLimits()
        limits.instructions = 5_000_000
        limits.memoryBytes = 128_000_000
        return limits
    }

    @Test func `runs its tests in order, each with its line and what it printed`() throws {
        let result = try TestFolder().run(
            """
            print("loading")
            test("one", function() print("a", 1) expect(1).equals(1) end)

            test("two", function() log.info("%d", 2) end)

            """)
        #expect(result.failure == nil)
        #expect(result.printed == ["loading"])
        #expect(result.tests.map(\.name) == ["one", "two"])
        #expect(result.tests.map(\.line) == [2, 4])
        #expect(result.tests.map(\.printed) == [["a\t1"], ["2"]])
        #expect(result.tests.map(\.hasExpectations) == [true, false])
        #expect(result.tests.allSatisfy { $0.failure == nil })
    }

    @Test func `goes on after a failed test, whatever made it fail`() throws {
        let result = try TestFolder(["dip.lua": Scripts.dip]).run(
            """
            test("loops", function() while true do end end)
            test("loops and catches", function() while true do pcall(error, "x") end end)
            test("eats memory", function() local t = {} while true do t[#t + 1] = (("x"):rep(1e6)) .. #t end end)
            test("asks for ever", function()
              local s = strategy("dip.lua")
              while true do s.on_timer("x") end
            end)
            test("recurses", function() local function f() return 1 + f() end f() end)
            test("raises", function() error("no") end)
            test("calls nil", function() local f f() end)
            test("passes", function() expect(1).equals(1) end)

            """, limits: small)
        let messages = result.tests.map { $0.failure?.message ?? "" }
        #expect(messages.count == 8)
        #expect(messages[0].contains("5000000 Lua instructions"), "\(messages[0])")
        #expect(messages[1].contains("5000000 Lua instructions"), "\(messages[1])")
        #expect(messages[2].contains("MB of memory"), "\(messages[2])")
        #expect(messages[3].contains("200000 times"), "\(messages[3])")
        #expect(messages[4].contains("stack overflow"), "\(messages[4])")
        #expect(messages[5] == "no")
        #expect(messages[6].contains("attempt to call a nil value"), "\(messages[6])")
        #expect(messages[7] == "")
        #expect(result.tests.map { $0.failure?.line } == [1, 2, 3, 6, 8, 9, 10, nil])
    }

    @Test func `that cannot be loaded says why, with its line`() throws {
        let broken = try TestFolder().run("test(\"a\", function()\n  local = 1\nend)\n")
        #expect(broken.failure?.line == 2)
        #expect(broken.tests.isEmpty)
        let failing = try TestFolder().run("local t = nil\nprint(t.x)\n")
        #expect(failing.failure?.line == 2)
        #expect(failing.failure?.message.contains("attempt to index a nil value") == true)
    }

    @Test(arguments: [
        ("test()", "needs a name"), ("test(\"a\")", "needs a function"),
        ("test(\"a\", print) test(\"a\", print)", "two tests named \"a\""),
        ("expect(1)", "inside of a test"), ("strategy(\"dip.lua\")", "inside of a test"),
        ("tset(\"a\", print)", "did you mean `test`?"), ("test = 1", "belongs to Moonrunner"),
        ("position()", "belongs into a strategy"), ("io.open(\"x\")", "not offered"),
    ])
    func `with a mistake outside of a test is not run`(text: String, part: String) throws {
        let result = try TestFolder().run("\n" + text + "\n")
        let failure = try #require(result.failure)
        #expect(failure.message.contains(part), "\(failure.message)")
        #expect(failure.line == 2)
    }

    @Test func `runs only the tests that were asked for, and counts the others`() throws {
        let result = try TestFolder().run(
            "test(\"buys\", print) test(\"sells\", print)", filter: "sell")
        #expect(result.tests.map(\.name) == ["sells"])
        #expect(result.declared == 2)
    }

    @Test func `has the quota of log lines of a second in each test`() throws {
        let printing = "function() for i = 1, 900 do print(i) end end"
        let tests = (1...10).map { "test(\"t\($0)\", \(printing))" }
        let result = try TestFolder().run(tests.joined(separator: "\n"))
        #expect(result.tests.map(\.printed.count) == Array(repeating: 900, count: 10))
    }

    @Test func `shares code by require, as strategies do`() throws {
        let folder = try TestFolder(["helper.lua": "return { one = 1 }\n"])
        let result = try folder.run(
            "local h = require \"helper\"\ntest(\"a\", function() expect(h.one).equals(1) end)\n")
        #expect(result.failure == nil)
        #expect(result.tests.map(\.failure) == [nil])
    }

    @Test func `gives the same result again`() throws {
        let text = """
            test("random", function() expect({ math.random(), math.random(1000) }).equals(nil) end)
            test("tables", function() expect({ b = {}, a = print, [1] = 2 }).equals(nil) end)
            """
        let first = try TestFolder().run(text).tests.map { $0.failure?.message }
        let second = try TestFolder().run(text).tests.map { $0.failure?.message }
        #expect(first == second)
        #expect(first.allSatisfy { $0 != nil })
    }
}
