// String literals between quotes: escapes and where they end.

extension Lexer {
    mutating func scanText(until quote: UInt8) throws(SyntaxError) -> Token {
        let start = at
        advance()
        var value: [UInt8] = []
        while peek() != quote || at >= bytes.count {
            guard at < bytes.count else {
                throw SyntaxError("unfinished string near <eof>", at: start..<at)
            }
            if isLineEnd(peek()) {
                let text = String(decoding: bytes[start..<at], as: UTF8.self)
                throw SyntaxError("unfinished string near '\(text)'", at: start..<at)
            }
            if peek() == UInt8(ascii: "\\") {
                try scanEscape(into: &value)
            } else {
                value.append(peek())
                advance()
            }
        }
        advance()
        return .text(String(decoding: value, as: UTF8.self))
    }

    private static let plainEscapes: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
        UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "v"): 11,
        UInt8(ascii: "\\"): UInt8(ascii: "\\"), UInt8(ascii: "\""): UInt8(ascii: "\""),
        UInt8(ascii: "'"): UInt8(ascii: "'"),
    ]

    private mutating func scanEscape(into value: inout [UInt8]) throws(SyntaxError) {
        let start = at
        advance()
        guard at < bytes.count else {
            throw SyntaxError("unfinished string near <eof>", at: start..<at)
        }
        let byte = peek()
        if let plain = Self.plainEscapes[byte] {
            value.append(plain)
            advance()
        } else if isLineEnd(byte) {
            skipLineEnd()
            value.append(10)
        } else if byte == UInt8(ascii: "x") {
            advance()
            let high = try hexDigit(from: start)
            value.append(high * 16 + (try hexDigit(from: start)))
        } else if byte == UInt8(ascii: "z") {
            advance()
            while (9...13).contains(peek()) || peek() == 32 { advance() }
        } else if byte == UInt8(ascii: "u") {
            advance()
            try scanCodePoint(into: &value, from: start)
        } else if isDigit(byte) {
            try scanDecimal(into: &value, from: start)
        } else {
            throw escapeError("invalid escape sequence", from: start, including: 1)
        }
    }

    private mutating func hexDigit(from start: Int) throws(SyntaxError) -> UInt8 {
        guard let digit = digitValue(peek()) else {
            throw escapeError("hexadecimal digit expected", from: start, including: 1)
        }
        advance()
        return digit
    }

    /// `\u{…}`: up to 2³¹ − 1, as the bytes that UTF-8 once had for it.
    private mutating func scanCodePoint(
        into value: inout [UInt8], from start: Int
    ) throws(SyntaxError) {
        guard peek() == UInt8(ascii: "{") else {
            throw escapeError("missing '{' in \\u{xxxx}", from: start, including: 1)
        }
        advance()
        var code = UInt64(try hexDigit(from: start))
        while let digit = digitValue(peek()) {
            code = code * 16 + UInt64(digit)
            advance()
            guard code <= 0x7FFF_FFFF else {
                throw escapeError("UTF-8 value too large", from: start, including: 0)
            }
        }
        guard peek() == UInt8(ascii: "}") else {
            throw escapeError("missing '}' in \\u{xxxx}", from: start, including: 1)
        }
        advance()
        if let scalar = Unicode.Scalar(UInt32(code)) {
            value += Array(String(scalar).utf8)
        } else {
            value += Array("\u{fffd}".utf8)
        }
    }

    private mutating func scanDecimal(
        into value: inout [UInt8], from start: Int
    ) throws(SyntaxError) {
        var code = 0
        var count = 0
        while count < 3, isDigit(peek()) {
            code = code * 10 + Int(peek() - 48)
            advance()
            count += 1
        }
        guard let byte = UInt8(exactly: code) else {
            throw escapeError("decimal escape too large", from: start, including: 1)
        }
        value.append(byte)
    }

    private func digitValue(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte - 48 }
        return isHexDigit(byte) ? (byte | 0x20) - 87 : nil
    }

    private func escapeError(
        _ message: String, from start: Int, including count: Int
    ) -> SyntaxError {
        let end = min(at + count, bytes.count)
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        return SyntaxError("\(message) near '\(text)'", at: start..<max(end, start + 1))
    }
}

extension Numeral {
    /// Reads a numeral as Lua converts it; nil where it is malformed.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        let isHex = bytes.count > 1 && bytes[0] == 48 && bytes[1] | 0x20 == 120
        var rest = bytes[(isHex ? 2 : 0)...]
        func readDigits() -> Int {
            let digits = rest.prefix { isHex ? isHexDigit($0) : isDigit($0) }
            rest = rest.dropFirst(digits.count)
            return digits.count
        }
        var digits = readDigits()
        var isInteger = true
        if rest.first == UInt8(ascii: ".") {
            isInteger = false
            rest = rest.dropFirst()
            digits += readDigits()
        }
        guard digits > 0 else { return nil }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: isHex ? "p" : "e") {
            isInteger = false
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
                rest = rest.dropFirst()
            }
            let exponent = rest.prefix(while: isDigit)
            guard !exponent.isEmpty else { return nil }
            rest = rest.dropFirst(exponent.count)
        }
        guard rest.isEmpty else { return nil }
        // A whole hexadecimal number wraps around; a whole decimal one too large becomes a float.
        if isInteger, !isHex { isInteger = Int64(text) != nil }
        self.init(text: text, isInteger: isInteger, value: Double(text) ?? 0)
    }
}
