internal import TradingModel

/// How the lines of a text file are to be read.
enum TextLayout {
    case csv(CsvLayout)
    case binanceStream

    /// Recognises the file by its first lines.
    ///
    /// - Throws: when they are not understood; the reason says what was found.
    init(_ head: [UInt8]) throws(BadLine) {
        var lines = head.split(separator: 10, maxSplits: 40, omittingEmptySubsequences: true)
        if lines.count > 40 { lines.removeLast() }
        guard let first = lines.first.map({ Self.withoutEnd(Array($0)) }), !first.isEmpty else {
            throw BadLine(reason: "holds no line of text; " + understoodFormats)
        }
        if let json = Self.captureStart(first) {
            guard Self.isBinance(lines.map { Array($0) }) else {
                throw BadLine(
                    reason: "is a captured stream, but none of its first \(lines.count) lines is "
                        + "Binance's (`\(excerpt(first.span, json..<first.count))`); "
                        + understoodFormats)
            }
            self = .binanceStream
            return
        }
        if first[0] == UInt8(ascii: "{") || first[0] == UInt8(ascii: "[") {
            throw BadLine(
                reason: "is JSON without receive times, expected `RECEIVE_TIME JSON` lines; "
                    + understoodFormats)
        }
        self = .csv(try CsvLayout(firstLine: Self.withoutMark(first).span))
    }

    /// Where the JSON of a captured line starts; nil where the line is none.
    private static func captureStart(_ line: [UInt8]) -> Int? {
        guard let blank = line.firstIndex(of: 32), blank > 0,
            let number = readWhole(line.span, 0..<blank), TimeForm(magnitude: number) != nil,
            let start = line[blank...].firstIndex(where: { $0 != 32 })
        else { return nil }
        return start
    }

    private static func isBinance(_ lines: [[UInt8]]) -> Bool {
        lines.contains { line in
            guard let start = captureStart(line) else { return false }
            do throws(BadLine) {
                let message = try BinanceMessage(line.span, from: start)
                return message.kind(line.span) != .other
            } catch {
                return false  // reading the file will name the line and what is wrong with it
            }
        }
    }

    private static func withoutEnd(_ line: [UInt8]) -> [UInt8] {
        line.last == 13 ? Array(line.dropLast()) : line
    }

    /// The byte order mark that some tools put in front of UTF-8.
    private static func withoutMark(_ line: [UInt8]) -> [UInt8] {
        line.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(line.dropFirst(3)) : line
    }

    var format: MarketFileFormat {
        switch self {
        case .csv: .csv
        case .binanceStream: .binanceStream
        }
    }

    var holdsTrades: Bool {
        if case .csv(let layout) = self, case .trades = layout.kind { true } else { false }
    }

    var linesToPass: Int {
        switch self {
        case .csv(let layout): layout.hasHeader ? 1 : 0
        case .binanceStream: 0
        }
    }

    /// - Parameters:
    ///   - isProbe: whether the file is only looked into, so that nothing waits for a snapshot.
    ///   - barNanoseconds: the span of a bar; 0 while it is being found out.
    func decoder(
        instrument: InstrumentID, filter: SymbolFilter, isProbe: Bool, barNanoseconds: Int64
    ) -> any LineDecoder {
        guard case .csv(let layout) = self else {
            return BinanceStreamDecoder(instrument: instrument, filter: filter, isProbe: isProbe)
        }
        switch layout.kind {
        case .trades(let columns):
            return CsvTradeDecoder(
                columns, layout: layout, instrument: instrument, filter: filter)
        case .quotes(let columns):
            return CsvQuoteDecoder(
                columns, layout: layout, instrument: instrument, filter: filter)
        case .book(let columns):
            return CsvBookDecoder(
                columns, layout: layout, instrument: instrument, filter: filter, isProbe: isProbe)
        case .snapshots(let columns):
            return CsvSnapshotDecoder(
                columns, layout: layout, instrument: instrument, filter: filter)
        case .bars(let columns):
            return CsvBarDecoder(
                columns, layout: layout, instrument: instrument, filter: filter,
                nanoseconds: barNanoseconds)
        }
    }
}
