public import TradingModel

/// Recorded market data: what a file holds, and its events.
///
///     let facts = try MarketFile.inspect(path: "btcusdt.csv.gz")
///     let source = try MarketFile.open(path: "btcusdt.csv.gz", instrument: instrument)
///     try source.read(into: batch)
///
/// What is understood, and how it is read: `docs/data-files.md`.
public enum MarketFile {
    /// How many records ``inspect(path:skipBadLines:)`` looks at.
    static let sampleSize = 10_000

    /// Looks into the first 10,000 records of a file.
    ///
    /// - Parameter symbol: the venue's own symbol that matters where the file holds several.
    /// - Throws: when the file cannot be read, is not understood, or (unless `skipBadLines`) has a
    ///   bad record among them; the error says what was found, and where.
    public static func inspect(
        path: String, skipBadLines: Bool = false, symbol: String? = nil
    ) throws(MarketDataError) -> MarketFileFacts {
        try inspect(try FileContent(path: path), skipBadLines: skipBadLines, symbol: symbol)
    }

    /// Opens a file as a stream of events of `instrument`.
    ///
    /// - Parameter known: what ``inspect(path:skipBadLines:)`` found, where it has been asked.
    /// - Throws: as ``inspect(path:skipBadLines:)``, and when the file holds several symbols and
    ///   `options` name none of them.
    public static func open(
        path: String, instrument: Instrument, options: MarketFileOptions = MarketFileOptions(),
        known: MarketFileFacts? = nil
    ) throws(MarketDataError) -> MarketFileSource {
        let content = try FileContent(path: path)
        guard case .text(let layout) = content.kind else {
            // A recording may be shorter than its header says, where its machine lost power.
            let isRecording = try RecordingSidecar.find(beside: path) != nil
            let rows = try content.rows(allowsCut: options.skipBadLines || isRecording)
            return MarketFileSource(
                NpyReader(
                    rows, path: path, instrument: instrument, skipBadLines: options.skipBadLines),
                path: path, instrument: instrument.id, feeds: known?.feeds ?? [])
        }
        let facts: MarketFileFacts
        if let known {
            facts = known
        } else {
            facts = try inspect(
                content, skipBadLines: options.skipBadLines, symbol: options.symbol)
        }
        if options.symbol == nil, facts.symbols.count > 1 {
            throw MarketDataError(file: path, reason: severalSymbols(facts.symbols))
        }
        let choice = options.symbol.map(SymbolFilter.Choice.wanted) ?? .only
        let filter = SymbolFilter(choice, hasOthers: facts.symbols.count > 1)
        let decoder = layout.decoder(
            instrument: instrument.id, filter: filter, isProbe: false,
            barNanoseconds: facts.barSpan?.nanoseconds ?? 0)
        let reader = try TextReader(
            try content.stream(), path: path, decoder: decoder, linesToPass: layout.linesToPass,
            linesOfNoRecord: layout.linesOfNoRecord,
            skipBadLines: options.skipBadLines, wantedSymbol: options.symbol)
        return MarketFileSource(
            try ordered(reader, facts, layout, options), path: path, instrument: instrument.id,
            feeds: facts.feeds)
    }

    /// The same events, oldest first, and bars with their ends.
    private static func ordered(
        _ reader: TextReader, _ facts: MarketFileFacts, _ layout: TextLayout,
        _ options: MarketFileOptions
    ) throws(MarketDataError) -> any MarketReader {
        var reader: any MarketReader = reader
        if facts.isNewestFirst {
            guard !facts.feeds.contains(.book) else {
                throw MarketDataError(
                    file: facts.path,
                    reason:
                        "\(newestFirst), and a book cannot be built from its end; turn it once: "
                        + newestFirstCure)
            }
            guard !facts.feeds.contains(.ticker) else {
                throw MarketDataError(
                    file: facts.path,
                    reason:
                        "\(newestFirst), and what it says of funding is read on the way; turn it once: "
                        + newestFirstCure)
            }
            reader = NewestFirstReader(reader, path: facts.path, most: options.mostTurned)
        }
        guard var span = facts.barSpan else { return reader }
        // A bar stamped with its end is over then, whatever the calendar says.
        if layout.barsAreStampedAtEnd { span.calendar = nil }
        return BarReader(reader, span: span)
    }

    private static func inspect(
        _ content: FileContent, skipBadLines: Bool, symbol: String?
    ) throws(MarketDataError) -> MarketFileFacts {
        let probe = Instrument.probe
        var sample = FileSample()
        switch content.kind {
        case .npyFile, .npyStream:
            let sidecar = try RecordingSidecar.find(beside: content.path)
            let rows = try content.rows(allowsCut: skipBadLines || sidecar != nil)
            let reader = NpyReader(
                rows, path: content.path, instrument: probe, skipBadLines: skipBadLines)
            try sample.gather(reader)
            reader.observeKinds(in: &sample)
            return try sample.facts(content, .hftbacktest, symbols: [], sidecar: sidecar)
        case .text(let layout):
            let decoder = layout.decoder(
                instrument: probe.id, filter: SymbolFilter(symbol.map { .wanted($0) } ?? .any),
                isProbe: true, barNanoseconds: 0)
            let reader = try TextReader(
                try content.stream(), path: content.path, decoder: decoder,
                linesToPass: layout.linesToPass, linesOfNoRecord: layout.linesOfNoRecord,
                skipBadLines: skipBadLines, wantedSymbol: symbol)
            try sample.gather(reader)
            return try sample.facts(content, layout.format, symbols: reader.symbols)
        }
    }
}

/// The events of a file, in its order.
///
/// Events come in the order in which they reached the recorder, as far as the file holds to it:
/// records that go back in time are counted and handed out unchanged. A file that is written newest
/// first is turned round.
public final class MarketFileSource: MarketEventSource {
    let path: String
    let instrument: InstrumentID
    /// What it holds; empty where nobody looked.
    let feeds: [MarketFeed]
    private let reader: any MarketReader
    /// What other files of the symbol hold too, by their path.
    private var shared: [(path: String, records: SharedRecords)] = []

    init(
        _ reader: any MarketReader, path: String, instrument: InstrumentID, feeds: [MarketFeed]
    ) {
        self.reader = reader
        self.path = path
        self.instrument = instrument
        self.feeds = feeds
    }

    public func read(into batch: EventBatch) throws(MarketDataError) {
        try reader.read(into: batch)
    }

    /// How much of the file has been read, 0 to 1; of a packed file, by its packed bytes.
    public var progress: Double { reader.progress }

    /// What was read so far; complete when ``read(into:)`` has left its batch empty.
    public var counts: MarketFileCounts {
        var counts = reader.counts
        for (path, records) in shared {
            counts.duplicates += records.leftOut
            counts.events -= records.leftOut
            counts.notes += records.notes(path)
        }
        return counts
    }

    /// Counts a record that the file at `path` holds too.
    func record(sharedWith path: String, _ count: (inout SharedRecords) -> Void) {
        let index = shared.firstIndex { $0.path == path } ?? shared.count
        if index == shared.count { shared.append((path, SharedRecords())) }
        count(&shared[index].records)
    }
}

extension Instrument {
    /// Stands in while a file is looked into.
    static var probe: Instrument {
        guard let symbol = try? Symbol("file:BASE/QUOTE") else {
            preconditionFailure("a fixed symbol is one")
        }
        let one = attosPerUnit
        return Instrument(
            id: InstrumentID(0), symbol: symbol, tick: Price(attos: one), lot: Quantity(attos: one))
    }
}
