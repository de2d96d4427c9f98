import ScriptHost
import StrategyTesting
import Testing

@Suite struct Expectations {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test(arguments: [
        "expect(1).equals(1.0)", "expect(nil).equals(nil)", "expect(0/0).equals(0/0)",
        "expect({ 1, { a = \"x\" } }).equals({ 1, { a = \"x\" } })",
        "expect(1).not_equals(2)", "expect({}).not_equals({ 1 })",
        "expect(0.1 + 0.2).near(0.3)", "expect({ a = { 0.1 + 0.2 } }).near({ a = { 0.3 } })",
        "expect(101).near(100, 1)", "expect(2).above(1).below(3)",
        "expect(nil).is_nil()", "expect(false).is_not_nil()", "expect(1).is_a(\"integer\")",
        "expect(1.5).is_a(\"number\")", "expect(trade {}).is_a(\"trade\")",
        "expect(trade {}).is_a(\"table\")", "expect(\"abc\").contains(\"b\")",
        "expect({ 1, 2 }).contains(2)", "expect({ a = 1, b = 2 }).contains({ b = 2 })",
        "expect({ { a = 1, b = 2 } }).contains({ b = 2 })",
        "expect(function() error(\"too far\") end).raises(\"far\")",
        "expect(function() error({}) end).raises()",
    ])
    func `pass where they hold`(body: String) throws {
        #expect(try folder.failure(of: body) == nil)
    }

    @Test(arguments: [
        ("expect(1).equals(2)", ["expected  2", "got  1"]),
        ("expect(\"1\").equals(1)", ["expected  1", "got  \"1\""]),
        ("expect({ a = { 1, 2 } }).equals({ a = { 1, 3 } })", ["at  .a[2]: expected 3, got 2"]),
        ("expect({ 1 }).equals({ 1, 2 })", ["at  [2]: expected 2, got nil"]),
        ("expect({ 1, 2 }).equals({ 1 })", ["at  [2]: expected nil, got 2"]),
        ("expect({ [\"a b\"] = 1 }).equals({ [\"a b\"] = 2 })", ["at  [\"a b\"]"]),
        ("expect(1).not_equals(1.0)", ["anything but 1"]),
        ("expect(0.1 + 0.2).equals(0.3)", ["got  0.30000000000000004"]),
        ("expect(1.001).near(1)", ["near 1", "1.001"]), ("expect(102).near(100, 1)", ["102"]),
        ("expect(\"x\").near(1)", ["got  \"x\""]), ("expect(1).above(1)", ["above 1"]),
        ("expect(1).below(1)", ["below 1"]), ("expect(0/0).above(1)", ["above 1"]),
        ("expect(nil).above(1)", ["got  nil"]), ("expect(1).is_nil()", ["nil", "got  1"]),
        ("expect(nil).is_not_nil()", ["expected  a value"]),
        ("expect(1.5).is_a(\"integer\")", ["integer", "1.5"]),
        ("expect(quote {}).is_a(\"trade\")", ["type trade", "quote{"]),
        ("expect(\"abc\").contains(\"d\")", ["\"d\"", "\"abc\""]),
        ("expect({ 1, 2 }).contains(3)", ["3", "{ 1, 2 }"]),
        ("expect({ a = 1 }).contains({ b = 2 })", ["b = 2"]),
        ("expect(nil).contains(1)", ["got  nil"]),
        ("expect(function() end).raises()", ["expected  an error", "none"]),
        ("expect(function() error(\"near\") end).raises(\"far\")", ["\"far\"", "near"]),
        // An expectation that fails inside is no error that was asked for.
        ("expect(function() expect(1).equals(2) end).raises()", ["expected  2"]),
    ])
    func `fail where they do not, and show both values`(body: String, parts: [String]) throws {
        let failure = try #require(try folder.failure(of: body))
        #expect(failure.line == 2)
        #expect(failure.sourceLine == body)
        for part in parts { #expect(failure.message.contains(part), "\(failure.message)") }
    }

    @Test(arguments: [
        ("expect(1)", "compares it with nothing"), ("expect(1):equals(1)", "with a dot"),
        ("expect(1).equal(1)", "did you mean `equals`?"), ("expect(1, 2).equals(1)", "one value"),
        ("expect(1).equals()", "needs the value"), ("expect(1).above(\"1\")", "compares numbers"),
        ("expect(1).is_a(\"nubmer\")", "did you mean `number`?"),
        ("expect(1).raises()", "needs a function"),
        ("test(\"inner\", print)", "while the file loads"),
    ])
    func `that could not fail, or are misspelt, fail the test`(
        body: String, part: String
    ) throws {
        let failure = try #require(try folder.failure(of: body))
        #expect(failure.message.contains(part), "\(failure.message)")
        #expect(failure.line == 2)
    }

    @Test func `show tables the same way on every run, long ones on several lines`() throws {
        let body = """
            local t = { zebra = 1, apple = "a\\n\\"b\\"", [3] = true, list = { 1, 2.5, -0.1 },
              far = ("x"):rep(60) }
            expect(t).equals(nil)
            """
        let failure = try #require(try folder.failure(of: body))
        #expect(
            failure.message == """
                expected  nil
                     got  {
                            [3] = true,
                            apple = "a\\n\\"b\\"",
                            far = "\(String(repeating: "x", count: 60))",
                            list = { 1, 2.5, -0.1 },
                            zebra = 1,
                          }
                """)
    }
}
