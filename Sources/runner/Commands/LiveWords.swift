import Glibc

/// `--live` alone means every venue of the script, `--live coinex` that one: what a library of flags has no
/// word for becomes `--live --live-at coinex`.
enum LiveWords {
    static func read(_ arguments: [String]) -> [String] {
        var words: [String] = []
        for (place, word) in arguments.enumerated() {
            let isNamed = place > 0 && arguments[place - 1] == "--live" && isName(word)
            words += isNamed ? ["--live-at", word] : [word]
        }
        return words
    }

    /// Whether it can be a venue's name, and is no script.
    private static func isName(_ word: String) -> Bool {
        guard !word.hasPrefix("-"), !word.hasSuffix(".lua"), !word.contains("/") else {
            return false
        }
        if Venue.named(word) != nil { return true }
        return unsafe access(word, F_OK) != 0
    }
}
