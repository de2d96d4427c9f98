/// Reads a program's bytes token by token, by the lexical rules of Lua 5.4.
struct Lexer {
    let bytes: [UInt8]
    private(set) var at: Int
    /// The comments met so far, without their dashes.
    private(set) var comments: [Comment] = []

    /// A token and the bytes that it is made of.
    struct Located {
        var token: Token
        var range: Range<Int>
    }

    /// `start` is where the program begins, behind a byte order mark or a `#!` line.
    init(_ bytes: [UInt8], from start: Int) {
        self.bytes = bytes
        at = start
    }

    /// The byte `offset` behind the present one; zero behind the end.
    func peek(_ offset: Int = 0) -> UInt8 {
        at + offset < bytes.count ? bytes[at + offset] : 0
    }

    mutating func next() throws(SyntaxError) -> Located {
        try skipBlanksAndComments()
        let start = at
        guard at < bytes.count else { return Located(token: .end, range: start..<start) }
        let token = try scan()
        return Located(token: token, range: start..<at)
    }

    private mutating func scan() throws(SyntaxError) -> Token {
        let byte = peek()
        if isLetter(byte) { return scanWord() }
        if isDigit(byte) || (byte == UInt8(ascii: ".") && isDigit(peek(1))) {
            return try scanNumber()
        }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return try scanText(until: byte)
        case UInt8(ascii: "["):
            if let level = longBracketLevel() { return .text(try scanLong(level, "string")) }
            if peek(1) == UInt8(ascii: "=") {
                throw SyntaxError("invalid long string delimiter", at: at..<at + 1)
            }
        default: break
        }
        return scanMark()
    }

    // MARK: - Blanks and comments

    private mutating func skipBlanksAndComments() throws(SyntaxError) {
        while at < bytes.count {
            switch peek() {
            case 9...13, 32: at += 1
            case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"): try skipComment()
            default: return
            }
        }
    }

    private mutating func skipComment() throws(SyntaxError) {
        let start = at
        at += 2
        if peek() == UInt8(ascii: "["), let level = longBracketLevel() {
            let text = try scanLong(level, "comment")
            comments.append(Comment(text: text, range: start..<at))
            return
        }
        let textStart = at
        while at < bytes.count, !isLineEnd(peek()) { at += 1 }
        let text = String(decoding: bytes[textStart..<at], as: UTF8.self)
        comments.append(Comment(text: text, range: start..<at))
    }

    // MARK: - Words and marks

    private mutating func scanWord() -> Token {
        let start = at
        while isLetter(peek()) || isDigit(peek()) { at += 1 }
        let word = String(decoding: bytes[start..<at], as: UTF8.self)
        return Mark.words[word].map { .mark($0) } ?? .name(word)
    }

    private mutating func scanMark() -> Token {
        for count in [3, 2, 1] where at + count <= bytes.count {
            let text = String(decoding: bytes[at..<at + count], as: UTF8.self)
            if let mark = Mark(rawValue: text) {
                at += count
                return .mark(mark)
            }
        }
        at += 1
        return .stray(bytes[at - 1])
    }

    // MARK: - Numbers

    private mutating func scanNumber() throws(SyntaxError) -> Token {
        let start = at
        let isHex = peek() == UInt8(ascii: "0") && peek(1) | 0x20 == UInt8(ascii: "x")
        let exponent = UInt8(ascii: isHex ? "p" : "e")
        at += isHex ? 2 : 1
        while true {
            if peek() | 0x20 == exponent, isLetter(peek()) {
                at += 1
                if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { at += 1 }
            } else if isHexDigit(peek()) || peek() == UInt8(ascii: ".") {
                at += 1
            } else {
                break
            }
        }
        if isLetter(peek()) { at += 1 }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        guard let numeral = Numeral(text) else {
            throw SyntaxError("malformed number near '\(text)'", at: start..<at)
        }
        return .number(numeral)
    }

    // MARK: - Long brackets

    /// The level of the long bracket that opens here; nil: none does.
    private func longBracketLevel() -> Int? {
        var level = 0
        while peek(1 + level) == UInt8(ascii: "=") { level += 1 }
        return peek(1 + level) == UInt8(ascii: "[") ? level : nil
    }

    private mutating func scanLong(_ level: Int, _ what: String) throws(SyntaxError) -> String {
        let start = at
        at += level + 2
        skipLineEnd()  // a first line end is not part of it
        var value: [UInt8] = []
        while at < bytes.count {
            if peek() == UInt8(ascii: "]"), closes(level) {
                at += level + 2
                return String(decoding: value, as: UTF8.self)
            }
            if isLineEnd(peek()) {
                skipLineEnd()
                value.append(10)
            } else {
                value.append(peek())
                at += 1
            }
        }
        let opening = what == "comment" ? start - 2 : start
        throw SyntaxError(
            "unfinished long \(what) near <eof>", at: opening..<start + level + 2)
    }

    private func closes(_ level: Int) -> Bool {
        for offset in 0..<level where peek(1 + offset) != UInt8(ascii: "=") { return false }
        return peek(1 + level) == UInt8(ascii: "]")
    }

    /// Passes one line end; `\r\n` and `\n\r` are one.
    mutating func skipLineEnd() {
        guard at < bytes.count, isLineEnd(peek()) else { return }
        let first = peek()
        at += 1
        if at < bytes.count, isLineEnd(peek()), peek() != first { at += 1 }
    }

    mutating func advance(_ count: Int = 1) { at += count }
}

/// A comment of a program.
package struct Comment: Hashable, Sendable {
    /// Without the dashes or brackets.
    package var text: String
    package var range: Range<Int>
}

func isLetter(_ byte: UInt8) -> Bool {
    (97...122).contains(byte | 0x20) || byte == UInt8(ascii: "_")
}
func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
func isHexDigit(_ byte: UInt8) -> Bool { isDigit(byte) || (97...102).contains(byte | 0x20) }
func isLineEnd(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }
