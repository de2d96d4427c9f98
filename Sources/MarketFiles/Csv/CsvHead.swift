internal import TradingModel

/// The start of a CSV: what stands before the data, the header, and the first rows.
struct CsvHead {
    let separator: UInt8
    /// The names of the columns; nil where the file has no header.
    private(set) var names: [String]?
    /// How many lines at the start hold no record.
    private(set) var linesToPass = 0
    /// Whether the first of the columns without names numbers the rows.
    private(set) var hasIndex = false
    let sample: CsvSample

    /// - Throws: when the first line cannot be split, or nothing stands behind comments.
    init(_ lines: [[UInt8]], separator given: UInt8? = nil) throws(BadLine) {
        var start = Preamble()
        while start.next < lines.count, start.passes(lines[start.next]) {}
        let first = start.next
        guard first < lines.count else { throw BadLine(reason: "holds nothing but comments") }
        let rest = Array(lines[first...])
        let separator = start.separator ?? given ?? Self.separator(of: rest)
        let begin = Self.isTitle(rest, separator) ? first + 1 : first
        try self.init(lines, begin: begin, separator, comment: start.comment)
    }

    private init(
        _ lines: [[UInt8]], begin: Int, _ separator: UInt8, comment: [UInt8]?
    ) throws(BadLine) {
        self.separator = separator
        let fields = try Self.split(lines[begin], separator)
        var next = begin
        if !Self.isData(fields) {
            names = fields
            next += 1
            if let stacked = Self.stackedNames(lines, begin, separator, fields) {
                names = stacked.names
                next = stacked.next
            }
        } else if Self.isNumbered(fields) {
            next += 1  // pandas numbers columns that have no names
            hasIndex = fields.first == ""
        } else if let comment, let found = try? Self.split(comment, separator),
            found.count == fields.count, !Self.isData(found)
        {
            names = found
        }
        linesToPass = next
        sample = CsvSample(lines[next...], separator)
        // A separator at the end of the header that the rows do not have.
        if let found = names, found.last == "", found.count == sample.columnCount + 1 {
            names?.removeLast()
        }
    }

    // MARK: - Before the header

    /// Comments, addresses, blank lines and `sep=;` at the start of a file.
    private struct Preamble {
        var next = 0
        var separator: UInt8?
        var comment: [UInt8]?

        /// Whether the line is passed over.
        mutating func passes(_ line: [UInt8]) -> Bool {
            let text = line.drop { $0 == 32 || $0 == 9 }
            if text.first == UInt8(ascii: "#") || text.starts(with: Array("//".utf8)) {
                comment = Array(text.drop { $0 == 35 || $0 == 47 || $0 == 32 })
            } else if text.starts(with: Array("sep=".utf8)), text.count == 5 {
                separator = text.last
            } else if !text.isEmpty, !Self.isAddress(text) {
                return false
            }
            next += 1
            return true
        }

        private static func isAddress(_ text: ArraySlice<UInt8>) -> Bool {
            let start = text.drop { $0 == 34 }
            return ["http://", "https://", "www."].contains { start.starts(with: Array($0.utf8)) }
        }
    }

    /// Whether the first line is a heading of words over a table.
    private static func isTitle(_ lines: [[UInt8]], _ separator: UInt8) -> Bool {
        guard lines.count > 1, let letter = lines[0].first, !lines[0].contains(separator),
            (letter | 0x20) &- UInt8(ascii: "a") < 26 || letter == UInt8(ascii: "\"")
        else { return false }
        return lines[1].contains(separator)
    }

    private static func separator(of lines: [[UInt8]]) -> UInt8 {
        func count(_ line: [UInt8], _ separator: UInt8) -> Int {
            var isQuoted = false
            var count = 0
            for byte in line {
                if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
                if byte == separator, !isQuoted { count += 1 }
            }
            return count
        }
        let shown = lines.prefix(5).filter { !$0.isEmpty }
        for separator in [UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: "|")] {
            let counts = shown.map { count($0, separator) }
            // The last line may stand alone, and the first be a heading over the table.
            guard let most = counts.max(), most > 0 else { continue }
            let alike = counts.count(where: { abs($0 - most) <= 1 })
            if alike * 2 > counts.count { return separator }
        }
        return UInt8(ascii: ",")
    }

    // MARK: - The header

    private static func split(_ line: [UInt8], _ separator: UInt8) throws(BadLine) -> [String] {
        var row = CsvRow(separator: separator)
        let bytes = line.span
        try row.split(bytes)
        return row.fields.map { text(bytes, $0) }
    }

    /// Whether the fields are values rather than names.
    private static func isData(_ fields: [String]) -> Bool {
        if let first = fields.first?.utf8.first, first &- UInt8(ascii: "0") < 10 { return true }
        return fields.count { field in
            let digits = field.utf8.drop { $0 == 36 || $0 == 43 || $0 == 45 || $0 == 46 }
            return digits.first.map { $0 &- UInt8(ascii: "0") < 10 } ?? false
        } >= 2
    }

    /// `0,1,2,3,4,5`, perhaps behind an empty field: numbers of columns.
    private static func isNumbered(_ fields: [String]) -> Bool {
        let numbers = fields.first == "" ? fields.dropFirst() : fields[...]
        return numbers.count > 1
            && numbers.enumerated().allSatisfy { String($0.offset) == $0.element }
    }

    /// Yahoo's tables as pandas writes them: a line of fields, a line of tickers, then `Date`.
    private static func stackedNames(
        _ lines: [[UInt8]], _ begin: Int, _ separator: UInt8, _ fields: [String]
    ) -> (names: [String], next: Int)? {
        guard fields.first == "Price", begin + 2 < lines.count,
            let tickers = try? split(lines[begin + 1], separator), tickers.first == "Ticker",
            let index = try? split(lines[begin + 2], separator),
            let time = index.first, index.dropFirst().allSatisfy(\.isEmpty)
        else { return nil }
        return ([time] + fields.dropFirst(), begin + 3)
    }
}

/// The first rows of a CSV, to tell from them what the header does not say.
struct CsvSample {
    private static let limit = 5000
    /// Without blank lines.
    private(set) var rows: [[[UInt8]]] = []

    init(_ lines: ArraySlice<[UInt8]>, _ separator: UInt8) {
        var row = CsvRow(separator: separator)
        for line in lines where !line.isEmpty {
            if rows.count == Self.limit { break }
            // What is wrong with a line is said when it is read.
            guard (try? row.split(line.span)) != nil else { continue }
            rows.append(row.fields.map { Array(line[$0]) })
        }
        // Rows that are cut or run together tell nothing of the others.
        var sizes: [Int: Int] = [:]
        for row in rows { sizes[row.count, default: 0] += 1 }
        let most = sizes.values.max() ?? 0
        let usual = rows.first { sizes[$0.count] == most }?.count
        rows.removeAll { $0.count != usual }
    }

    /// Without the column that numbers the rows.
    var withoutFirstColumn: CsvSample {
        var sample = self
        sample.rows = rows.map { Array($0.dropFirst()) }
        return sample
    }

    var columnCount: Int { rows.first?.count ?? 0 }

    /// The fields of a column that say something.
    func values(_ column: Int) -> [[UInt8]] {
        rows.compactMap { row in
            guard column < row.count else { return nil }
            let field = row[column]
            return isNothing(field.span, field.indices) ? nil : field
        }
    }

    /// Whether a column holds something, and all of it is so.
    func all(_ column: Int, _ isSo: ([UInt8]) -> Bool) -> Bool {
        let values = values(column)
        return !values.isEmpty && values.allSatisfy(isSo)
    }

    /// Whether more than half of what a column holds is so: a bad value is named when it is read.
    func most(_ column: Int, _ isSo: ([UInt8]) -> Bool) -> Bool {
        let values = values(column)
        return values.count(where: isSo) * 2 > values.count
    }

    func text(_ row: Int, _ column: Int) -> String {
        guard row < rows.count, column < rows[row].count else { return "" }
        return String(decoding: rows[row][column], as: UTF8.self)
    }

    func numberStyle() throws(BadLine) -> NumberStyle {
        var evidence = NumberEvidence()
        for row in rows { for field in row { evidence.observe(field) } }
        return try evidence.style()
    }

    /// How the dates of a column are meant, as far as its values tell.
    func dates(_ column: Int, clock: Int?) -> DateStyle {
        var style = DateStyle()
        var largest = (first: 0, second: 0)
        var hasPoints = false
        for value in values(column) {
            let date = value.prefix { ![32, 84, 44].contains($0) }
            let parts = date.split(omittingEmptySubsequences: false) { [45, 46, 47].contains($0) }
                .map { Int(String(decoding: $0, as: UTF8.self)) ?? 0 }
            // As a rule the first value shows that nothing is open.
            guard parts.count == 3, parts[2] > 31 else { break }
            largest = (max(largest.first, parts[0]), max(largest.second, parts[1]))
            if date.contains(UInt8(ascii: ".")) { hasPoints = true }
        }
        if largest.first > 12 {
            style.isDayFirst = true
        } else if largest.second > 12 {
            style.isDayFirst = false
        } else if hasPoints, largest.first > 0 {
            style.isDayFirst = true  // with points the day always stands first
        }
        if let clock { style.clockHasSeconds = values(clock).contains { $0.count > 4 } }
        return style
    }
}
