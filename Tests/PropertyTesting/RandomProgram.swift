/// Writes random programs: mostly Lua, sometimes nearly.
package struct RandomProgram {
    private var random: Seeded
    private var depth = 0

    package init(seed: UInt64) { random = Seeded(seed) }

    private static let names = [
        "a", "b", "c", "x", "y", "f", "g", "self", "_ENV", "print", "ta", "on_trade", "buy",
        "params",
    ]
    private static let labels = ["top", "on", "out"]
    private static let binary = [
        "+", "-", "*", "/", "//", "%", "^", "..", "==", "~=", "<", "<=", ">", ">=", "and", "or",
        "&", "|", "~", "<<", ">>",
    ]
    private static let literals = [
        "1", "0x1F", "3.5", ".5", "1e3", "0x.8p1", "'s'", "\"\\n\"", "[[long]]", "[=[l]]]=]", "nil",
        "true", "false", "...", "'\\z  x'", "'\\u{41}'", "'\\x41\\065'",
    ]

    package mutating func program() -> String { block() }

    /// The program with a few of its words removed, doubled, swapped or replaced.
    package mutating func mutated(_ text: String) -> String {
        var words = text.split(separator: " ").map(String.init)
        for _ in 0..<random.int(1...3) where !words.isEmpty {
            let place = random.int(0...(words.count - 1))
            switch random.int(0...3) {
            case 0: words.remove(at: place)
            case 1: words.insert(words[place], at: place)
            case 2: words.swapAt(place, random.int(0...(words.count - 1)))
            default: words[place] = random.pick(Self.spare)
            }
        }
        return words.joined(separator: random.chance(90) ? " " : "\n")
    }
    private static let spare = [
        "end", "do", "then", "=", "(", ")", "{", "}", "[", "]", ",", ";", ":", "::", ".", "..",
        "...",
        "local", "function", "return", "break", "goto", "on", "::on::", "a", "1", "'s'", "<const>",
        "<close>", "in", "until", "not", "#", "-", "~", "3x", "0x", "'", "[[", "]]", "--", "--[[",
        "@",
        "1..", "\\", "!", "==",
    ]

    private mutating func block() -> String {
        depth += 1
        defer { depth -= 1 }
        var parts = (0..<random.int(0...(depth > 3 ? 1 : 4))).map { _ in statement() }
        if random.chance(10) { parts.append("return " + (random.bool() ? list() : "")) }
        return parts.joined(separator: " ")
    }

    private mutating func statement() -> String {
        switch random.int(0...18) {
        case 0: return "local \(names()) = \(list())"
        case 1: return "local \(name())" + (random.bool() ? " <const> = \(expression())" : "")
        case 2: return "local \(name()) <close> = \(expression())"
        case 3: return "\(target()) = \(list())"
        case 4: return "\(target()) , \(target()) = \(list())"
        case 5: return "do \(block()) end"
        case 6: return "while \(expression()) do \(block()) end"
        case 7: return "repeat \(block()) until \(expression())"
        case 8: return "if \(expression()) then \(block()) elseif \(name()) then \(block()) end"
        case 9: return "if \(expression()) then \(block()) else \(block()) end"
        case 10:
            return "for \(name()) = \(expression()) , \(expression()) do \(block()) end"
        case 11: return "for \(names()) in \(list()) do \(block()) end"
        case 12: return "function \(name()) . \(name()) : \(name()) ( \(names()) ) \(block()) end"
        case 13: return "local function \(name()) ( \(random.bool() ? "..." : "") ) \(block()) end"
        case 14: return "goto \(random.pick(Self.labels))"
        case 15: return ":: \(random.pick(Self.labels)) ::" + (random.bool() ? " ;" : "")
        case 16: return "break"
        case 17: return "function \(name()) ( \(name()) , ... ) \(block()) end"
        default: return call()
        }
    }

    private mutating func name() -> String { random.pick(Self.names) }
    private mutating func names() -> String {
        (0..<random.int(1...3)).map { _ in name() }.joined(separator: " , ")
    }
    private mutating func list() -> String {
        (0..<random.int(1...2)).map { _ in expression() }.joined(separator: " , ")
    }
    private mutating func target() -> String {
        switch random.int(0...3) {
        case 0: "\(name()) . \(name())"
        case 1: "\(name()) [ \(expression()) ]"
        default: name()
        }
    }
    private mutating func call() -> String {
        switch random.int(0...3) {
        case 0: "\(name()) ( \(list()) )"
        case 1: "\(name()) : \(name()) ( )"
        case 2: "\(name()) { \(name()) = \(expression()) ; \(list()) , [ 1 ] = 2 }"
        default: "( \(name()) ) . \(name()) 'text'"
        }
    }

    private mutating func expression() -> String {
        depth += 1
        defer { depth -= 1 }
        guard depth < 6 else { return random.pick(Self.literals) }
        switch random.int(0...9) {
        case 0, 1: return "\(expression()) \(random.pick(Self.binary)) \(expression())"
        case 2: return "\(random.pick(["-", "not", "#", "~"])) \(expression())"
        case 3: return "( \(expression()) )"
        case 4: return call()
        case 5: return "function ( \(names()) ) \(block()) end"
        case 6: return "{ \(list()) , x = 1 }"
        case 7: return name()
        default: return random.pick(Self.literals)
        }
    }
}
