/// How much room text takes on a terminal.
enum TerminalText {
    /// Columns that a text takes: two for a wide character, none for marks that stand on another.
    static func columns(of text: some StringProtocol) -> Int {
        text.reduce(0) { $0 + columns(of: $1) }
    }

    /// The longest beginning of a text that takes no more than `limit` columns.
    static func beginning(of text: String, within limit: Int) -> Substring {
        var end = text.startIndex
        var taken = 0
        while end < text.endIndex {
            taken += columns(of: text[end])
            guard taken <= limit else { break }
            end = text.index(after: end)
        }
        return text[..<end]
    }

    /// The longest beginning of a text that fits and ends with a whole word; `…` follows it.
    static func words(of text: String, within limit: Int) -> String {
        guard columns(of: text) > limit else { return text }
        guard limit > 2 else { return "" }
        let beginning = beginning(of: text, within: limit - 2)
        let rest = text[beginning.endIndex...]
        if rest.first == " " { return beginning + " …" }
        guard let space = beginning.lastIndex(of: " ") else { return "" }
        return beginning[..<space] + " …"
    }

    private static func columns(of character: Character) -> Int {
        let scalars = character.unicodeScalars
        // A person with a skin, a flag, a family: several scalars, one picture.
        if scalars.contains(where: \.properties.isEmojiPresentation) || scalars.contains("\u{FE0F}")
        {
            return 2
        }
        return scalars.reduce(0) { max($0, columns(of: $1)) }
    }

    private static func columns(of scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
        }
    }

    /// East Asian wide and full-width characters, by block, without the emoji.
    ///
    /// Source: Unicode's EastAsianWidth.txt, version 15, what has the width W or F.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
        0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1B000...0x1B2FF,
        0x20000...0x3FFFD,
    ]
}
