internal import TradingModel

/// How the lines of a text file are to be read.
enum TextLayout {
    case csv(CsvLayout)
    /// Rows of JSON, read as a table; its columns are named by the keys of objects, if at all.
    case json(CsvLayout, hasKeys: Bool)
    case binanceStream

    /// Recognises the file by its first lines.
    ///
    /// - Parameter isWhole: whether these are all of its bytes, so that the last line is complete.
    /// - Throws: when they are not understood; the reason says what was found.
    init(_ head: [UInt8], isWhole: Bool) throws(BadLine) {
        var lines = Self.withoutMark(head).split(separator: 10, omittingEmptySubsequences: false)
            .map(Self.withoutEnd)
        if !isWhole, lines.count > 1 { lines.removeLast() }
        guard let first = lines.first(where: { !$0.isEmpty }) else {
            throw BadLine(reason: "holds no line of text; " + understoodFormats)
        }
        if let json = Self.captureStart(first) {
            let shown = lines.filter { !$0.isEmpty }.prefix(40)
            guard Self.isBinance(Array(shown)) else {
                throw BadLine(
                    reason: "is a captured stream, but none of its first \(shown.count) lines is "
                        + "Binance's (`\(excerpt(first.span, json..<first.count))`); "
                        + understoodFormats)
            }
            self = .binanceStream
            return
        }
        let start = first.first { $0 != 32 && $0 != 9 }
        if start == UInt8(ascii: "{") || start == UInt8(ascii: "[") {
            let (rows, hasKeys) = try JsonRowStream.lines(Self.withoutMark(head))
            guard !rows.isEmpty else {
                throw BadLine(reason: "is JSON without a row of market data; " + understoodFormats)
            }
            do throws(BadLine) {
                self = .json(try CsvLayout(rows, separator: 9), hasKeys: hasKeys)
            } catch {
                throw BadLine(
                    reason: "is JSON: \(error.reason) (a captured stream needs the receive time in "
                        + "front of each line)")
            }
            return
        }
        if start == UInt8(ascii: "<"), Self.isPage(first) {
            throw BadLine(
                reason: "is a web page, not a file of market data: the download went wrong")
        }
        self = .csv(try CsvLayout(lines))
    }

    private static func isPage(_ line: [UInt8]) -> Bool {
        let text = String(decoding: line.prefix(200), as: UTF8.self).lowercased()
        return ["<!doctype", "<html", "<?xml", "<head", "<body"].contains { text.contains($0) }
    }

    /// Where the JSON of a captured line starts; nil where the line is none.
    private static func captureStart(_ line: [UInt8]) -> Int? {
        guard let blank = line.firstIndex(of: 32), blank > 0,
            let number = readWhole(line.span, 0..<blank), TimeForm(magnitude: number) != nil,
            let start = line[blank...].firstIndex(where: { $0 != 32 }),
            line[start] &- UInt8(ascii: "0") > 9  // a date and a clock would go on with digits
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

    private static func withoutEnd(_ line: ArraySlice<UInt8>) -> [UInt8] {
        Array(line.last == 13 ? line.dropLast() : line)
    }

    /// The byte order mark that some tools put in front of UTF-8.
    private static func withoutMark(_ head: [UInt8]) -> [UInt8] {
        head.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(head.dropFirst(3)) : head
    }

    var format: MarketFileFormat {
        switch self {
        case .csv: .csv
        case .json: .json
        case .binanceStream: .binanceStream
        }
    }

    var holdsTrades: Bool {
        if let layout, case .trades = layout.kind { true } else { false }
    }

    private var layout: CsvLayout? {
        switch self {
        case .csv(let layout), .json(let layout, _): layout
        case .binanceStream: nil
        }
    }

    var isJson: Bool { if case .json = self { true } else { false } }

    /// How many lines the file itself does not have: those that name the columns of JSON.
    var linesOfNoRecord: Int {
        if case .json(_, hasKeys: true) = self { 1 } else { 0 }
    }

    var linesToPass: Int { layout?.linesToPass ?? 0 }

    /// - Parameters:
    ///   - isProbe: whether the file is only looked into, so that nothing waits for a snapshot.
    ///   - barNanoseconds: the span of a bar; 0 while it is being found out.
    func decoder(
        instrument: InstrumentID, filter: SymbolFilter, isProbe: Bool, barNanoseconds: Int64
    ) -> any LineDecoder {
        guard let layout else {
            return BinanceStreamDecoder(instrument: instrument, filter: filter, isProbe: isProbe)
        }
        let record = CsvRecord(layout, filter)
        return switch layout.kind {
        case .trades(let columns): CsvTradeDecoder(columns, instrument, record)
        case .quotes(let columns): CsvQuoteDecoder(columns, instrument, record)
        case .book(let columns): CsvBookDecoder(columns, instrument, record, isProbe: isProbe)
        case .snapshots(let columns): CsvSnapshotDecoder(columns, instrument, record)
        case .bars(let columns):
            CsvBarDecoder(columns, instrument, record, nanoseconds: barNanoseconds)
        case .tickers(let columns): CsvTickerDecoder(columns, instrument, record)
        case .funding(let columns): CsvFundingDecoder(columns, instrument, record)
        }
    }
}
