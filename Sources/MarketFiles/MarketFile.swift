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
    /// - Throws: when the file cannot be read, is not understood, or (unless `skipBadLines`) has a
    ///   bad record among them; the error says what was found, and where.
    public static func inspect(
        path: String, skipBadLines: Bool = false
    ) throws(MarketDataError) -> MarketFileFacts {
        try inspect(try FileContent(path: path), skipBadLines: skipBadLines)
    }

    /// Opens a file as a stream of events of `instrument`.
    ///
    /// - Throws: as ``inspect(path:skipBadLines:)``, and when the file holds several symbols and
    ///   `options` name none of them.
    public static func open(
        path: String, instrument: Instrument, options: MarketFileOptions = MarketFileOptions()
    ) throws(MarketDataError) -> MarketFileSource {
        let content = try FileContent(path: path)
        guard case .text(let layout) = content.kind else {
            // A recording may be shorter than its header says, where its machine lost power.
            let isRecording = try RecordingSidecar.find(beside: path) != nil
            let rows = try content.rows(allowsCut: options.skipBadLines || isRecording)
            return MarketFileSource(
                NpyReader(
                    rows, path: path, instrument: instrument, skipBadLines: options.skipBadLines))
        }
        let facts = try inspect(content, skipBadLines: options.skipBadLines)
        if options.symbol == nil, facts.symbols.count > 1 {
            throw MarketDataError(file: path, reason: severalSymbols(facts.symbols))
        }
        let choice = options.symbol.map(SymbolFilter.Choice.wanted) ?? .only
        let filter = SymbolFilter(choice, hasOthers: facts.symbols.count > 1)
        let decoder = layout.decoder(
            instrument: instrument.id, filter: filter, isProbe: false,
            barNanoseconds: facts.barNanoseconds)
        let reader = try TextReader(
            try content.stream(), path: path, decoder: decoder, linesToPass: layout.linesToPass,
            skipBadLines: options.skipBadLines, wantedSymbol: options.symbol)
        return MarketFileSource(reader)
    }

    private static func inspect(
        _ content: FileContent, skipBadLines: Bool
    ) throws(MarketDataError) -> MarketFileFacts {
        let probe = Instrument.probe
        var sample = FileSample()
        switch content.kind {
        case .npyFile, .npyStream:
            let sidecar = try RecordingSidecar.find(beside: content.path)
            let rows = try content.rows(allowsCut: skipBadLines || sidecar != nil)
            let reader = NpyReader(
                rows, path: content.path, instrument: probe, skipBadLines: skipBadLines)
            try sample.gather(MarketFileSource(reader))
            reader.noteKinds(in: &sample)
            return try sample.facts(content, .hftbacktest, symbols: [], sidecar: sidecar)
        case .text(let layout):
            let decoder = layout.decoder(
                instrument: probe.id, filter: SymbolFilter(.any), isProbe: true, barNanoseconds: 0)
            let reader = try TextReader(
                try content.stream(), path: content.path, decoder: decoder,
                linesToPass: layout.linesToPass, skipBadLines: skipBadLines)
            try sample.gather(MarketFileSource(reader))
            return try sample.facts(content, layout.format, symbols: reader.symbols)
        }
    }
}

/// The events of a file, in its order.
///
/// Events come in the order in which they reached the recorder, as far as the file holds to it:
/// records that go back in time are counted and handed out unchanged.
public final class MarketFileSource: MarketEventSource {
    private enum Reader {
        case rows(NpyReader)
        case lines(TextReader)
    }

    private let reader: Reader

    init(_ reader: NpyReader) { self.reader = .rows(reader) }
    init(_ reader: TextReader) { self.reader = .lines(reader) }

    public func read(into batch: EventBatch) throws(MarketDataError) {
        switch reader {
        case .rows(let rows): try rows.read(into: batch)
        case .lines(let lines): try lines.read(into: batch)
        }
    }

    /// How much of the file has been read, 0 to 1; of a packed file, by its packed bytes.
    public var progress: Double {
        switch reader {
        case .rows(let rows): rows.progress
        case .lines(let lines): lines.progress
        }
    }

    /// What was read so far; complete when ``read(into:)`` has left its batch empty.
    public var counts: MarketFileCounts {
        switch reader {
        case .rows(let rows): rows.counts
        case .lines(let lines): lines.counts
        }
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
