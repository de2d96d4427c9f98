extension String {
    /// The text as a terminal or a log may show it, on one line.
    ///
    /// What a script, a file or a venue names is not to be trusted with a terminal: a control
    /// character could move its cursor or set its title, a line break makes a line that looks like
    /// the runner's own, and marks of direction show other words than there are. Each of them is
    /// written out: `\x1b`, `\u{202e}`.
    public var onOneLine: String { isPlain ? self : Shown.text(of: self) { _ in false } }

    /// The same, but for the ends of lines, which stay.
    public var onSomeLines: String { isPlain ? self : Shown.text(of: self) { $0 == "\n" } }

    private var isPlain: Bool { !unicodeScalars.contains(where: Shown.isHidden) }
}

/// How characters that steer a terminal are written out.
public enum Shown {
    /// Whether a character steers what shows it, or the reading direction, instead of being seen.
    public static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20..<0x7F, 0xA0..<0x61C: false
        case 0..<0x20, 0x7F..<0xA0: true
        case 0x61C, 0x200E, 0x200F: true  // marks of direction
        case 0x2028, 0x2029: true  // ends of a line and of a paragraph
        case 0x202A...0x202E, 0x2066...0x2069: true  // embeddings, overrides, isolates
        default: false
        }
    }

    /// A character written out: `\x1b` below 128, `\u{9b}` above.
    public static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        guard scalar.value < 128 else { return "\\u{\(digits)}" }
        return "\\x" + (digits.utf8.count < 2 ? "0" + digits : digits)
    }

    static func text(of text: String, keeping isKept: (Unicode.Scalar) -> Bool) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            if isHidden(scalar), !isKept(scalar) {
                shown += escape(scalar)
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
