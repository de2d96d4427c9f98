internal import TradingModel

/// Turns the lines of one kind of file into events.
protocol LineDecoder {
    /// Reads a line; on failure nothing of it was appended.
    mutating func decode(
        _ line: Span<UInt8>, into queue: inout EventQueue
    ) throws(BadLine)

    /// Appends what waited for a line to come that never came.
    mutating func finish(into queue: inout EventQueue)

    /// What a reader of the events should know about the file, besides the counts.
    var notes: [String] { get }

    /// The venue's symbols met so far, in order of appearance; empty where the file names none.
    var symbols: [String] { get }

    /// How many lines were passed over on purpose, which the notes tell.
    var leftOut: Int { get }
}

/// Which of a file's symbols is read.
///
/// Without a wanted one the first symbol is it, and a second one is an error: mixing two markets
/// in one instrument would be worse than stopping. `any` is for looking into a file.
struct SymbolFilter {
    enum Choice: Equatable {
        case any
        case only
        case wanted(String)
    }

    private static let limit = 50  // symbols that are remembered for messages
    private let choice: Choice
    /// Whether other symbols are known to be in the file: what names none cannot be told apart.
    let hasOthers: Bool
    private var current: [UInt8]
    private var hasListedCurrent = false
    private(set) var symbols: [String] = []
    private(set) var leftOut = 0

    init(_ choice: Choice, hasOthers: Bool = false) {
        self.choice = choice
        self.hasOthers = hasOthers
        if case .wanted(let symbol) = choice { current = Array(symbol.utf8) } else { current = [] }
    }

    /// Whether a record of the symbol in `range` belongs to the stream.
    mutating func accepts(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(BadLine) -> Bool {
        if equals(bytes, range) {
            if !hasListedCurrent { recordCurrent(text(bytes, range)) }
            return true
        }
        let symbol = text(bytes, range)
        if symbols.count < Self.limit, !symbols.contains(symbol) { symbols.append(symbol) }
        switch choice {
        case .any: return true
        case .wanted:
            leftOut += 1
            return false
        case .only:
            guard current.isEmpty else {
                throw BadLine(reason: severalSymbols(symbols))
            }
            current = Array(symbol.utf8)
            return true
        }
    }

    private mutating func recordCurrent(_ symbol: String) {
        hasListedCurrent = true
        if !symbols.contains(symbol) { symbols.append(symbol) }
    }

    private func equals(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count == current.count else { return false }
        for (offset, at) in range.enumerated() where bytes[at] != current[offset] { return false }
        return true
    }

    var notes: [String] {
        leftOut == 0
            ? []
            : ["\(grouped(leftOut, "record", "records")) of other symbols \(was(leftOut)) left out"]
    }
}

/// The first twenty symbols, for a message.
func listed(_ symbols: [String]) -> String {
    symbols.prefix(20).joined(separator: ", ") + (symbols.count > 20 ? ", …" : "")
}

/// The symbol that a misspelt one may mean; nil where none is near.
func nearestSymbol(to wanted: String, among symbols: [String]) -> String? {
    func letters(_ symbol: String) -> [UInt8] {
        symbol.lowercased().utf8.filter { ![45, 47, 58, 95, 32].contains($0) }
    }
    guard wanted.utf8.count > 2 else { return nil }
    let ranked = symbols.map { (editDistance(letters(wanted), letters($0)), $0) }
    return ranked.filter { $0.0 <= max(1, wanted.utf8.count / 3) }.min { $0.0 < $1.0 }?.1
}

/// What to say where one symbol must be chosen.
func severalSymbols(_ symbols: [String]) -> String {
    "holds several symbols (\(listed(symbols))): choose one of them with "
        + "--file-symbol \(symbols.first ?? "NAME")"
}
