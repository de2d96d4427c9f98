import Testing
import TradingModel

@Suite struct `Text that is shown` {
    @Test(arguments: [
        ("plain, äöü, 日本, 👍🏽", "plain, äöü, 日本, 👍🏽"), ("a\u{1B}[2Jb", "a\\x1b[2Jb"),
        ("one\ntwo\r\tthree\0", "one\\x0atwo\\x0d\\x09three\\x00"), ("\u{7}\u{7F}", "\\x07\\x7f"),
        ("\u{9B}31m\u{85}", "\\u{9b}31m\\u{85}"),
        ("\u{202E}live\u{202C}", "\\u{202e}live\\u{202c}"),
        ("a\u{2028}b\u{2029}c", "a\\u{2028}b\\u{2029}c"), ("\u{2066}\u{61C}", "\\u{2066}\\u{61c}"),
        ("x\u{A0}y", "x\u{A0}y"),
    ])
    func `neither steers a terminal nor leaves its line`(text: String, shown: String) {
        #expect(text.onOneLine == shown)
    }

    @Test func `may keep its ends of lines`() {
        #expect("one\ntwo\r\u{1B}".onSomeLines == "one\ntwo\\x0d\\x1b")
    }

    @Test func `is not a symbol where it steers a terminal`() {
        #expect {
            try Symbol("sim:B\u{1B}[2J/USDT")
        } throws: {
            "\($0)".hasPrefix("`sim:B\\x1b[2J/USDT` is not a symbol")
        }
    }
}
