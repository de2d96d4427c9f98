public import TradingModel

/// What kind of events a file holds.
public enum MarketFeed: Hashable, Sendable, CustomStringConvertible {
    case trades
    case quotes
    case book
    case bars(BarSize)
    /// A venue's summaries, with its mark price.
    case ticker
    case funding

    public var description: String {
        switch self {
        case .trades: "trades"
        case .quotes: "quotes"
        case .book: "book"
        case .bars(let size): "bars:\(size)"
        case .ticker: "ticker"
        case .funding: "funding"
        }
    }
}

/// How a file is written.
public enum MarketFileFormat: String, Hashable, Sendable, CustomStringConvertible {
    /// hftbacktest's event rows as a NumPy array; `.npy`, or `data` in an `.npz`.
    case hftbacktest
    /// Comma-separated values, with or without a header.
    case csv
    /// Rows of JSON: arrays of numbers, or objects.
    case json
    /// `RECEIVE_TIME JSON` lines as captured from Binance.
    case binanceStream

    public var description: String {
        switch self {
        case .hftbacktest: "hftbacktest events"
        case .csv: "CSV"
        case .json: "JSON"
        case .binanceStream: "captured Binance stream"
        }
    }
}

/// What ``MarketFile/inspect(path:skipBadLines:)`` found in the first records of a file.
public struct MarketFileFacts: Hashable, Sendable {
    public let path: String
    public let format: MarketFileFormat
    /// Whether it is packed (gzip or zip).
    public let isPacked: Bool
    /// In the order of ``MarketFeed``'s cases; never empty.
    public let feeds: [MarketFeed]
    /// The venue's own symbols, in order of appearance; empty where the file names none.
    public let symbols: [String]
    /// The most decimals of a price, trailing zeros left out.
    public let priceDecimals: Int
    /// The most decimals of a quantity, trailing zeros left out.
    public let quantityDecimals: Int
    /// The receive time of the first event; nil where the sample gave no event.
    public let firstTime: Timestamp?
    /// What a recording of our own says about itself; nil for other files.
    public let sidecar: RecordingSidecar?
    /// Whether its newest record comes first; it is turned round when it is read.
    public let isNewestFirst: Bool
    /// How long its bars are; nil where it holds none.
    let barSpan: BarSpan?

    /// Whether a bar covers a part of the calendar (a week, a month) that no fixed span makes.
    public var barsFollowCalendar: Bool {
        if let calendar = barSpan?.calendar { calendar != .day } else { false }
    }
    /// Whether its bars are single ticks.
    public var barsAreTicks: Bool { barSpan?.isTicks ?? false }

    /// The smallest step of price that the sample needs: 10 to the power of minus its decimals.
    public var tick: Price { Price(attos: DecimalScale(decimals: priceDecimals).attos(1)) }
    /// The smallest step of quantity that the sample needs.
    public var lot: Quantity { Quantity(attos: DecimalScale(decimals: quantityDecimals).attos(1)) }
}

/// How a file is read.
public struct MarketFileOptions: Hashable, Sendable {
    /// Whether a bad line is counted and passed over; otherwise the first one is an error.
    public var skipBadLines: Bool
    /// The venue's own symbol to read from a file that holds several.
    public var symbol: String?
    /// The most records of a file written newest first, which is turned round in memory; 10 million
    /// trades are about 1 GB.
    public var mostTurned: Int

    public init(
        skipBadLines: Bool = false, symbol: String? = nil, mostTurned: Int = 10_000_000
    ) {
        self.skipBadLines = skipBadLines
        self.symbol = symbol
        self.mostTurned = mostTurned
    }
}

/// What was read of a file so far.
public struct MarketFileCounts: Hashable, Sendable {
    /// Records (lines or rows) read, header and blank lines not counted.
    public var lines: Int
    /// Events handed out.
    public var events: Int
    /// Bad lines passed over.
    public var skipped: Int
    /// Records that reached the recorder earlier than the record before them in the file.
    public var outOfOrder: Int
    /// Trades (by id) and bars (by time) that were there before, not handed out again.
    public var duplicates: Int
    /// Records passed over on purpose: of other symbols, or without a value; the notes tell.
    public var leftOut: Int
    /// What else should be known, one sentence each.
    public var notes: [String]

    public init(
        lines: Int = 0, events: Int = 0, skipped: Int = 0, outOfOrder: Int = 0,
        duplicates: Int = 0, leftOut: Int = 0, notes: [String] = []
    ) {
        self.lines = lines
        self.events = events
        self.skipped = skipped
        self.outOfOrder = outOfOrder
        self.duplicates = duplicates
        self.leftOut = leftOut
        self.notes = notes
    }
}
