/// A literal of Python, as NumPy writes its headers: text, numbers, truth, tuples, lists, dicts.
indirect enum PythonLiteral: Equatable {
    case text(String)
    case integer(Int)
    case truth(Bool)
    case none
    /// A tuple or a list.
    case sequence([PythonLiteral])
    case dictionary([String: PythonLiteral])

    /// Nil for anything else, or where something follows.
    init?(_ source: [UInt8]) {
        var at = 0
        guard let value = Self.parse(source, &at, depth: 0) else { return nil }
        Self.skipBlanks(source, &at)
        guard at == source.count else { return nil }
        self = value
    }

    private static func skipBlanks(_ source: [UInt8], _ at: inout Int) {
        while at < source.count, [32, 9, 10, 13, 0].contains(source[at]) { at += 1 }
    }

    private static func parse(_ source: [UInt8], _ at: inout Int, depth: Int) -> Self? {
        skipBlanks(source, &at)
        guard at < source.count, depth < 16 else { return nil }
        switch source[at] {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return parseText(source, &at)
        case UInt8(ascii: "("): return parseSequence(source, &at, UInt8(ascii: ")"), depth)
        case UInt8(ascii: "["): return parseSequence(source, &at, UInt8(ascii: "]"), depth)
        case UInt8(ascii: "{"): return parseDictionary(source, &at, depth)
        default: return parseWord(source, &at)
        }
    }

    private static func parseText(_ source: [UInt8], _ at: inout Int) -> Self? {
        let quote = source[at]
        guard let end = source[(at + 1)...].firstIndex(of: quote) else { return nil }
        let text = String(decoding: source[(at + 1)..<end], as: UTF8.self)
        at = end + 1
        return .text(text)
    }

    private static func parseSequence(
        _ source: [UInt8], _ at: inout Int, _ closing: UInt8, _ depth: Int
    ) -> Self? {
        var items: [Self] = []
        at += 1
        while true {
            skipBlanks(source, &at)
            guard at < source.count else { return nil }
            if source[at] == closing { break }
            guard let item = parse(source, &at, depth: depth + 1) else { return nil }
            items.append(item)
            guard skipComma(source, &at, before: closing) else { return nil }
        }
        at += 1
        return .sequence(items)
    }

    private static func parseDictionary(
        _ source: [UInt8], _ at: inout Int, _ depth: Int
    ) -> Self? {
        var items: [String: Self] = [:]
        let closing = UInt8(ascii: "}")
        at += 1
        while true {
            skipBlanks(source, &at)
            guard at < source.count else { return nil }
            if source[at] == closing { break }
            guard case .text(let key)? = parse(source, &at, depth: depth + 1) else { return nil }
            skipBlanks(source, &at)
            guard at < source.count, source[at] == UInt8(ascii: ":") else { return nil }
            at += 1
            guard let value = parse(source, &at, depth: depth + 1) else { return nil }
            items[key] = value
            guard skipComma(source, &at, before: closing) else { return nil }
        }
        at += 1
        return .dictionary(items)
    }

    private static func skipComma(
        _ source: [UInt8], _ at: inout Int, before closing: UInt8
    ) -> Bool {
        skipBlanks(source, &at)
        guard at < source.count else { return false }
        if source[at] == UInt8(ascii: ",") {
            at += 1
            return true
        }
        return source[at] == closing
    }

    private static func parseWord(_ source: [UInt8], _ at: inout Int) -> Self? {
        let start = at
        while at < source.count, !" ,:)]}\n".utf8.contains(source[at]) { at += 1 }
        let word = String(decoding: source[start..<at], as: UTF8.self)
        switch word {
        case "True": return .truth(true)
        case "False": return .truth(false)
        case "None": return PythonLiteral.none
        default: return Int(word).map(PythonLiteral.integer)
        }
    }
}
