internal import TradingModel

/// What the point and the comma mean in a file's numbers, told by its first rows as a whole.
enum NumberStyle {
    /// Nothing tells: numbers without point and comma.
    case plain
    /// `93,101.50`: the point stands before the decimals.
    case point
    /// `93.101,50`: the comma does.
    case comma
}

/// A number as people write it, made plain: `$93,101.50`, `93.101,50 €`, `1.2K`, `0.01%`.
struct NumberText {
    private let style: NumberStyle
    /// The digits, with a point before the decimals and an exponent where one is meant.
    private(set) var plain: [UInt8] = []
    /// Whether marks stand between other groups than thousands, as in `93,99.5`.
    ///
    /// The point behind them says that they are no decimal commas.
    private(set) var isOddlyGrouped = false

    /// - Throws: when the text is no such number, or a comma may mean either.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>, _ style: NumberStyle) throws(NumberFault) {
        self.style = style
        let text = Self.withoutMarks(range.map { bytes[$0] })
        var rest = text[...]
        if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            if first == UInt8(ascii: "-") { plain.append(first) }
            rest.removeFirst()
        }
        let exponent = Self.readUnit(&rest)
        try readDigits(rest)
        if exponent != 0 { plain += Array("e\(exponent)".utf8) }
    }

    /// The power of ten that a unit behind the number means: `1.2K`, `3.4M`, `0.01%`.
    private static func readUnit(_ rest: inout ArraySlice<UInt8>) -> Int {
        guard let last = rest.last else { return 0 }
        let exponent: Int
        switch last | 0x20 {
        case UInt8(ascii: "k"): exponent = 3
        case UInt8(ascii: "m"): exponent = 6
        case UInt8(ascii: "b"): exponent = 9
        case UInt8(ascii: "t"): exponent = 12
        case UInt8(ascii: "%") | 0x20: exponent = -2
        default: return 0
        }
        rest.removeLast()
        return exponent
    }

    /// Without blanks (no-break ones too), the signs of currencies, and apostrophes.
    fileprivate static func withoutMarks(_ text: [UInt8]) -> [UInt8] {
        var kept: [UInt8] = []
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\u{2212}": kept.append(UInt8(ascii: "-"))
            case " ", "\u{A0}", "\u{202F}", "'", "\u{2019}", "\"", "$", "€", "£", "¥", "₿", "₩",
                "₹":
                continue
            default: kept += Array(String(scalar).utf8)
            }
        }
        return kept
    }

    private mutating func readDigits(_ text: ArraySlice<UInt8>) throws(NumberFault) {
        let comma = UInt8(ascii: ",")
        let point = UInt8(ascii: ".")
        if style == .plain, text.contains(comma) { throw .ambiguous }
        let mark = style == .comma ? comma : point
        let group = style == .comma ? point : comma
        let parts = text.split(separator: mark, maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first else { throw .noNumber }
        let groups = whole.split(separator: group, omittingEmptySubsequences: false)
        for (index, digits) in groups.enumerated() {
            guard digits.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { throw .noNumber }
            if groups.count > 1 {
                let isThousand = index == 0 ? (1...3).contains(digits.count) : digits.count == 3
                guard isThousand || (parts.count == 2 && !digits.isEmpty) else { throw .noNumber }
                if !isThousand { isOddlyGrouped = true }
            }
            plain += Array(digits)
        }
        guard parts.count == 2 else {
            if plain.last.map({ $0 &- UInt8(ascii: "0") < 10 }) != true { throw .noNumber }
            return
        }
        guard let decimals = parts.last, !decimals.isEmpty,
            decimals.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 })
        else { throw .noNumber }
        plain.append(point)
        plain += Array(decimals)
    }
}

/// Why a text is not a number.
enum NumberFault: Error {
    case noNumber
    /// `1,210` in a file that never shows what its commas are.
    case ambiguous
}

/// What the first rows of a file tell of its numbers.
struct NumberEvidence {
    private var pointDecimals: String?
    private var commaDecimals: String?
    private var maybePoint = false

    /// Observes a field; whatever is not a number says nothing.
    mutating func observe(_ field: [UInt8]) {
        guard field.contains(UInt8(ascii: ".")) || field.contains(UInt8(ascii: ",")) else { return }
        var text = NumberText.withoutMarks(field)[...]
        while let first = text.first, first &- UInt8(ascii: "0") > 9, text.count > 1 {
            if first == UInt8(ascii: ".") || first == UInt8(ascii: ",") { break }
            text.removeFirst()
        }
        while let last = text.last, last &- UInt8(ascii: "0") > 9 { text.removeLast() }
        guard text.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 || $0 == 44 || $0 == 46 }) else {
            return
        }
        let points = text.count { $0 == UInt8(ascii: ".") }
        let commas = text.count { $0 == UInt8(ascii: ",") }
        let shown = String(decoding: field, as: UTF8.self)
        if points > 0, commas > 0 {
            guard let lastPoint = text.lastIndex(of: 46), let lastComma = text.lastIndex(of: 44)
            else { return }
            if lastPoint > lastComma { pointDecimals = shown } else { commaDecimals = shown }
        } else if points + commas > 1 {
            guard Self.isGrouped(text) else { return }  // a date such as 31.01.2025
            if commas > 0 { pointDecimals = shown } else { commaDecimals = shown }
        } else if Self.isGrouped(text) {
            if points == 1 { maybePoint = true }
        } else if points == 1 {
            pointDecimals = shown
        } else {
            commaDecimals = shown
        }
    }

    /// Whether the marks stand as between thousands: 1 to 3 digits, then three each.
    private static func isGrouped(_ text: ArraySlice<UInt8>) -> Bool {
        let groups = text.split(omittingEmptySubsequences: false) { $0 == 44 || $0 == 46 }
        guard let first = groups.first, (1...3).contains(first.count),
            first.first != UInt8(ascii: "0")
        else { return false }
        return groups.dropFirst().allSatisfy { $0.count == 3 }
    }

    /// - Throws: when some numbers have decimals behind a point and others behind a comma.
    func style() throws(BadLine) -> NumberStyle {
        if let pointDecimals, let commaDecimals {
            throw BadLine(
                reason: "mixes decimal points (`\(pointDecimals)`) and decimal commas "
                    + "(`\(commaDecimals)`); write all numbers one way")
        }
        if commaDecimals != nil { return .comma }
        return pointDecimals != nil || maybePoint ? .point : .plain
    }
}
