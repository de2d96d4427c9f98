import PlainJSON
import TradingModel

/// A value of a row of the journal.
enum JournalCell {
    case none
    case text(String)
    case number(Int64)
    case flag(Bool)
    case time(Timestamp)

    init(_ text: String?) { self = text.map { .text($0) } ?? .none }
    init(_ amount: (some ExactDecimal)?) { self.init(amount?.description) }
    init(_ symbol: Symbol) { self = .text(symbol.description) }
    init(_ tag: OrderTag) { self = tag.isEmpty ? .none : .text(tag.description) }

    /// For people; `-` where there is nothing.
    var shown: String {
        switch self {
        case .none: "-"
        case .text(let text): text.onOneLine
        case .number(let number): "\(number)"
        case .flag(let flag): flag ? "yes" : "no"
        case .time(let time): UTCTime(time).dateAndMillis
        }
    }

    /// A field of a CSV file, quoted where it has to be (RFC 4180).
    fileprivate var field: String {
        switch self {
        case .none: return ""
        case .number, .flag: return json.line
        case .time(let time): return UTCTime(time).iso
        case .text(let text):
            let needsQuotes = text.utf8.contains { [34, 44, 10, 13].contains($0) }
            return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
        }
    }

    fileprivate var json: JSON {
        switch self {
        case .none: .null
        case .text(let text): .text(text)
        case .number(let number): .integer(number)
        case .flag(let flag): .bool(flag)
        case .time(let time): .text(UTCTime(time).iso)
        }
    }

    fileprivate var nanoseconds: JournalCell {
        if case .time(let time) = self { return .number(time.nanoseconds) }
        return .none
    }
}

/// A column of what is shown of the journal.
struct JournalColumn<Record> {
    enum Kind {
        case word
        case amount
        /// For programs two columns: ISO 8601 in UTC, and nanoseconds since 1970.
        case time
    }

    /// For programs.
    let key: String
    /// Above the column for people; nil: only programs get it.
    let heading: String?
    let kind: Kind
    let cell: (Record) -> JournalCell

    init(
        _ key: String, _ heading: String?, _ kind: Kind = .word,
        _ cell: @escaping (Record) -> JournalCell
    ) {
        self.key = key
        self.heading = heading
        self.kind = kind
        self.cell = cell
    }

    fileprivate var keys: [String] { kind == .time ? [key, key + "_ns"] : [key] }

    fileprivate func cells(_ record: Record) -> [JournalCell] {
        let cell = cell(record)
        return kind == .time ? [cell, cell.nanoseconds] : [cell]
    }
}

extension [String] {
    /// A record of a CSV file.
    fileprivate var asRecord: String { joined(separator: ",") }
}

/// How rows of the journal are shown.
enum JournalForm {
    case table
    case json
    case csv
}

/// Shows rows as they come: none of them is kept for longer than a page.
struct JournalPrinter<Record> {
    private let columns: [JournalColumn<Record>]
    private let form: JournalForm
    private let what: String
    private var page: [Record] = []
    private var hasBegun = false
    /// Of the columns for people; it grows where a later page needs more.
    private var widths: [Int]

    private static var pageSize: Int { 500 }

    /// - Parameter what: the rows in a word, for where there are none.
    init(_ columns: [JournalColumn<Record>], _ form: JournalForm, what: String) {
        self.columns = columns
        self.form = form
        self.what = what
        widths = columns.compactMap(\.heading).map { TerminalText.columns(of: $0) }
    }

    /// - Returns: whether somebody still reads.
    mutating func add(_ record: Record) -> Bool {
        page.append(record)
        if page.count == Self.pageSize { flush() }
        return Console.outputGoesOn
    }

    mutating func finish() {
        if !page.isEmpty { flush() }
        switch form {
        case .table: if !hasBegun { Console.print(what) }
        case .json: Console.print(hasBegun ? "]" : "[]")
        case .csv: if !hasBegun { Console.print(header) }
        }
    }

    private mutating func flush() {
        var lines: [String] = []
        switch form {
        case .table: lines = tableLines(page)
        case .json:
            for record in page {
                lines.append((hasBegun || !lines.isEmpty ? "," : "[") + json(record).line)
            }
        case .csv:
            if !hasBegun { lines.append(header) }
            lines += page.map { record in
                columns.flatMap { $0.cells(record).map(\.field) }.asRecord
            }
        }
        hasBegun = true
        page.removeAll(keepingCapacity: true)
        Console.print(lines.joined(separator: "\n"))
    }

    private var header: String { columns.flatMap(\.keys).asRecord }

    func json(_ record: Record) -> JSON {
        .pairs(
            columns.flatMap { column in
                zip(column.keys, column.cells(record)).map { ($0, $1.json) }
            })
    }

    // MARK: - For people

    /// Rows in columns, below their titles where they are the first.
    mutating func tableLines(_ records: [Record]) -> [String] {
        let visible = columns.filter { $0.heading != nil }
        let rows = records.map { record in visible.map { $0.cell(record).shown } }
        for row in rows {
            for (place, text) in row.enumerated() {
                widths[place] = max(widths[place], TerminalText.columns(of: text))
            }
        }
        let kinds = visible.map(\.kind)
        let titles = hasBegun ? [] : [line(visible.compactMap(\.heading), kinds)]
        return titles.map { Console.coloured($0, .bold) } + rows.map { line($0, kinds) }
    }

    private func line(_ texts: [String], _ kinds: [JournalColumn<Record>.Kind]) -> String {
        var line = ""
        for (place, text) in texts.enumerated() {
            let room = String(
                repeating: " ", count: max(0, widths[place] - TerminalText.columns(of: text)))
            line += (place == 0 ? "" : "  ") + (kinds[place] == .amount ? room + text : text + room)
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}
