import Testing
import VenueSessions

@Suite struct `Strict JSON` {
    @Test(arguments: [
        "{}", "[]", " [ ] ", "0", "-0.5e+7", "1E9", "true", "false", "null", "\"\"",
        #""a\"\\\/\b\f\n\r\t\u00e9é""#, #"{"a":[1,{"b":null}],"a":2}"#,
        String(repeating: "[", count: 64) + String(repeating: "]", count: 64),
    ])
    func `is accepted`(text: String) {
        #expect(StrictJSON.accepts(Array(text.utf8)))
        for end in text.utf8.indices where "\"[{tfn".contains(text.first ?? " ") {
            #expect(!StrictJSON.accepts(Array(text.utf8[..<end])), "cut off: \(text)")
        }
    }

    @Test(arguments: [
        "", " ", "{\"a\":1,}", "[1,]", "[,1]", "{,}", "[1 2]", "{\"a\" 1}", "{a:1}", "'a'", "01",
        "1.",
        ".5", "+1", "1e", "NaN", "tru", "truex", "[1]]", "{} {}", "\"a\nb\"", #""\x""#,
        #""\u12g4""#,
        "// a\n1", String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
    ])
    func `is all that is accepted`(text: String) {
        #expect(!StrictJSON.accepts(Array(text.utf8)))
    }
}
