internal import TradingModel

/// What the first records of a file show.
struct FileSample {
    /// From so many trades on, they alone tell the decimals of a quantity: a book can show dust
    /// that is no multiple of the lot (25.426189 BTC on Binance), a trade cannot.
    private static let enoughTrades = 100

    var hasTrades = false
    private var hasQuotes = false
    var hasBook = false
    private var hasBars = false
    private var hasTickers = false
    private var hasFunding = false
    private var priceDecimals = Finest()
    private var quantityDecimals = Finest()
    private var trades = 0
    private var tradedDecimals = Finest()
    private var firstTime: Timestamp?
    private var barSizes = BarSizeFinder()
    private var order = RowOrder()

    /// Reads until the source has given enough records, or ends.
    mutating func gather(_ source: any MarketReader) throws(MarketDataError) {
        let batch = EventBatch(capacity: 256)
        while source.counts.lines < MarketFile.sampleSize {
            batch.removeAll()
            try source.read(into: batch)
            if batch.isEmpty { return }
            for index in 0..<batch.count { observe(batch[index]) }
        }
    }

    private mutating func observe(_ event: MarketEvent) {
        switch event {
        case .trade(let trade):
            hasTrades = true
            trades += 1
            tradedDecimals.observe(trade.quantity.attos)
            observe(trade.price, trade.quantity)
        case .quote(let quote):
            hasQuotes = true
            for level in [quote.bid, quote.ask] {
                if let level { observe(level.price, level.quantity) }
            }
        case .book(let change):
            hasBook = true
            observe(change.price, change.quantity)
        case .bar(let bar):
            hasBars = true
            for price in [bar.open, bar.high, bar.low, bar.close] { observe(price, bar.volume) }
            barSizes.observe(bar)
        // Marks have more decimals than the tick: they are worked out, not traded.
        case .ticker: hasTickers = true
        case .funding: hasFunding = true
        }
        order.observe(event.receiveTime)
        if firstTime == nil || order.isNewestFirst { firstTime = event.receiveTime }
    }

    private mutating func observe(_ price: Price, _ quantity: Quantity) {
        priceDecimals.observe(price.attos)
        quantityDecimals.observe(quantity.attos)
    }

    /// - Parameter sidecar: what a recording says about itself: a feed that it was asked for is
    ///   there, even if the market was too quiet to show it.
    /// - Throws: when nothing was found, or the bars do not tell their size.
    func facts(
        _ content: FileContent, _ format: MarketFileFormat, symbols: [String],
        sidecar: RecordingSidecar? = nil
    ) throws(MarketDataError) -> MarketFileFacts {
        let asked = firstTime == nil ? [] : sidecar?.feeds ?? []
        var feeds: [MarketFeed] = []
        if hasTrades || asked.contains(.trades) { feeds.append(.trades) }
        if hasQuotes || asked.contains(.quotes) { feeds.append(.quotes) }
        if hasBook || asked.contains(.book) { feeds.append(.book) }
        var barSpan: BarSpan?
        if hasBars {
            do throws(BadLine) {
                let span = try barSizes.span()
                feeds.append(.bars(.time(nanoseconds: span.nanoseconds)))
                barSpan = span
            } catch {
                if symbols.count > 1 {
                    throw MarketDataError(file: content.path, reason: severalSymbols(symbols))
                }
                throw MarketDataError(file: content.path, reason: error.reason)
            }
        }
        if hasTickers { feeds.append(.ticker) }
        if hasFunding || hasTickers { feeds.append(.funding) }
        guard !feeds.isEmpty else {
            throw MarketDataError(
                file: content.path,
                reason: "holds no event among its first \(grouped(MarketFile.sampleSize)) records; "
                    + understoodFormats)
        }
        return MarketFileFacts(
            path: content.path, format: format, isPacked: content.isPacked, feeds: feeds,
            symbols: symbols, priceDecimals: priceDecimals.decimals,
            quantityDecimals: trades >= Self.enoughTrades
                ? tradedDecimals.decimals : quantityDecimals.decimals,
            firstTime: firstTime, sidecar: sidecar, isNewestFirst: order.isNewestFirst,
            barSpan: barSpan)
    }
}

/// The most decimals seen: one multiplication for a value that needs no more than those before.
private struct Finest {
    private var scale = DecimalScale(decimals: 0)
    var decimals: Int { scale.decimals }

    mutating func observe(_ attos: Int128) {
        guard scale.units(attos) == nil else { return }
        let decimals = meaningfulDecimals(attos)
        if decimals > scale.decimals { scale = DecimalScale(decimals: decimals) }
    }
}

/// The decimals of a value, without those that only binary floating point made.
///
/// Tools that went through doubles write 1.7885566900000001 for 1.78855669: beyond 15 significant
/// digits nothing is meant.
func meaningfulDecimals(_ attos: Int128) -> Int {
    var rest = attos.magnitude
    var unit: UInt128 = 1
    var limit: UInt128 = 1_000_000_000_000_000
    while rest >= limit {
        unit *= 10
        if unit == attosPerUnit.magnitude { return 0 }  // so large that only whole ones are meant
        limit *= 10
    }
    rest = (rest + unit / 2) / unit * unit
    return DecimalScale(showing: Int128(rest)).decimals
}
