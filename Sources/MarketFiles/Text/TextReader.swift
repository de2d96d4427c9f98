internal import TradingModel

/// Reads the events of a text file, line by line.
final class TextReader {
    private let path: String
    private let stream: any ByteStream
    var progress: Double { stream.progress }
    private let lines: LineReader
    private let skipBadLines: Bool
    private let wantedSymbol: String?
    private let linesOfNoRecord: Int
    private var decoder: any LineDecoder
    private var queue = EventQueue()
    private var linesRead = 0
    private var linesSkipped = 0
    private var events = 0
    private var firstSkipped: MarketDataError?
    private var ended = false
    private var failure: MarketDataError?

    /// - Parameters:
    ///   - linesToPass: how many lines at the start hold no record.
    ///   - linesOfNoRecord: how many of them the file itself does not have.
    ///   - wantedSymbol: the symbol that the decoder keeps; a file without it is an error.
    init(
        _ stream: any ByteStream, path: String, decoder: any LineDecoder, linesToPass: Int,
        linesOfNoRecord: Int = 0, skipBadLines: Bool, wantedSymbol: String? = nil
    ) throws(MarketDataError) {
        self.wantedSymbol = wantedSymbol
        self.linesOfNoRecord = linesOfNoRecord
        self.path = path
        self.stream = stream
        self.decoder = decoder
        self.skipBadLines = skipBadLines
        lines = LineReader(stream, path: path)
        for _ in 0..<linesToPass { _ = unsafe try lines.next() }
    }

    func read(into batch: EventBatch) throws(MarketDataError) {
        while queue.count < batch.capacity, !ended, failure == nil {
            do throws(MarketDataError) { try readLine() } catch { failure = error }
        }
        queue.move(to: batch)
        if batch.isEmpty, let failure { throw failure }
        events += batch.count
    }

    private func readLine() throws(MarketDataError) {
        guard let line = unsafe try lines.next() else {
            ended = true
            decoder.finish(into: &queue)
            return try checkSymbol()
        }
        guard !line.isEmpty else { return }
        linesRead += 1
        do throws(BadLine) {
            try unsafe decoder.decode(line.span, into: &queue)
        } catch {
            let error = MarketDataError(
                file: path, line: lines.lineNumber - linesOfNoRecord, reason: error.reason)
            guard skipBadLines else { throw error }
            linesSkipped += 1
            if firstSkipped == nil { firstSkipped = error }
        }
    }

    private func checkSymbol() throws(MarketDataError) {
        guard let wantedSymbol, !symbols.isEmpty, !symbols.contains(wantedSymbol) else { return }
        let near = nearestSymbol(to: wantedSymbol, among: symbols)
        throw MarketDataError(
            file: path,
            reason: "holds no `\(wantedSymbol)`; it holds \(listed(symbols))"
                + (near.map { "; did you mean `\($0)`?" } ?? ""))
    }

    /// The venue's symbols met so far.
    var symbols: [String] { decoder.symbols }

    var counts: MarketFileCounts {
        var notes = decoder.notes + queue.notes
        if let firstSkipped {
            notes.append("the first line left out: \(firstSkipped)")
        }
        return MarketFileCounts(
            lines: linesRead, events: events, skipped: linesSkipped, outOfOrder: queue.outOfOrder,
            duplicates: queue.duplicates, leftOut: decoder.leftOut, notes: notes)
    }
}
