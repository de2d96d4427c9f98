import PlainJSON
import Testing

@Suite struct `JSON values` {
    @Test(arguments: [
        #"{"b":1,"a":[true,false,null,"x\"y\\"],"n":-1.50}"#, "[]", "{}", #""""#, "0",
        #"[{"price":"0.000000152823"}]"#, #""\"\\\n\r\t\u0001 → 🚀""#, "-9223372036854775808",
    ])
    func `is written as it was read, with its order of keys and its digits`(_ text: String) throws {
        let value = try JSON(parsing: Array(text.utf8))
        #expect(String(decoding: value.bytes, as: UTF8.self) == text)
    }

    @Test func `escapes stand for what they name`() throws {
        let value = try JSON(parsing: Array(#""\u00e9\ud83d\ude00\n\/""#.utf8))
        #expect(value.text == "é😀\n/")
    }

    @Test(arguments: [
        "", "{", "[1,]", #"{"a":1,}"#, "01", "1.", "+1", #"{"a" 1}"#, "tru", "[1] 2", #""a"#,
        "\"\u{1}\"", #""\ud83d""#, #""\u+123""#, "{'a':1}", "nul", "1e", " ", "[,1]", "{,}",
        "[1 2]", "{a:1}", "'a'", ".5", "NaN", "truex", "[1]]", "{} {}", "\"a\nb\"", #""\x""#,
        #""\u12g4""#, "// a\n1", "1 // a",
    ])
    func `what is not JSON is refused`(_ text: String) {
        #expect(throws: JSONError.self) { try JSON(parsing: Array(text.utf8)) }
    }

    @Test(arguments: [
        "{}", "[]", " [ ] ", "0", "-0.5e+7", "1E9", "true", "false", "null", "\"\"",
        #""a\"\\\/\b\f\n\r\t\u00e9é""#, #"{"a":[1,{"b":null}],"a":2}"#,
        String(repeating: "[", count: 32) + String(repeating: "]", count: 32),
    ])
    func `what is JSON is read, and no less than all of it`(_ text: String) throws {
        _ = try JSON(parsing: Array(text.utf8))
        for end in text.utf8.indices where "\"[{tfn".contains(text.first ?? " ") {
            #expect(throws: JSONError.self, "cut off: \(text)") {
                try JSON(parsing: Array(text.utf8[..<end]))
            }
        }
    }

    @Test func `a value nested without end is refused, not followed`() {
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: JSONError.self) { try JSON(parsing: Array(text.utf8)) }
    }

    @Test func `of a key that stands twice the last value counts`() throws {
        let value = try JSON(parsing: Array(#"{"ccy":"A","ccy":"B"}"#.utf8))
        #expect(value["ccy"]?.text == "B")
    }

    @Test(arguments: [
        ("{", 1, 2), ("{\n  \"a\": 1,\n}", 3, 1), ("\n\n [1,2", 3, 6), ("", 1, 1), ("[1]\nx", 2, 1),
    ])
    func `what is not JSON is named by line and column`(
        _ text: String, _ line: Int, _ column: Int
    ) {
        do {
            _ = try JSON(parsing: Array(text.utf8))
            Issue.record("`\(text)` was read")
        } catch {
            #expect([error.line, error.column] == [line, column], "\(text)")
        }
    }

    @Test func `a figure that is not a number is null`() {
        let figures: JSON = .pairs([
            ("a", .figure(0.5)), ("b", .figure(1e300)), ("c", .figure(.nan)),
            ("d", .figure(-.infinity)),
        ])
        #expect(figures.line == #"{"a":0.5,"b":1e+300,"c":null,"d":null}"#)
    }

    @Test func `a page has a line for each member and reads back as the same value`() throws {
        let value: JSON = [
            "name": "a\nb", "feeds": ["trades", "book"], "none": [:], "inner": ["tick": "0.10"],
        ]
        let page = String(decoding: value.page, as: UTF8.self)
        #expect(
            page == #"""
                {
                  "name": "a\nb",
                  "feeds": ["trades","book"],
                  "none": {},
                  "inner": {
                    "tick": "0.10"
                  }
                }

                """#)
        #expect(try JSON(parsing: value.page) == value)
    }
}
