internal import AccountSession
internal import TradingCore
internal import TradingModel

/// A market in use.
struct Market {
    /// Where the order book stands.
    enum BookStage: Hashable {
        /// Not subscribed.
        case none
        /// Subscribed, and the whole book has not come.
        case awaitingWhole
        /// Wrong again and again: it is asked for after a pause.
        case pausing
        case good
    }

    let segment: Segment
    let name: String
    let nameBytes: [UInt8]
    let symbol: Symbol
    /// What the venue lists of it.
    var news: InstrumentNews?
    var fees: AccountFees?
    var feeds: FeedSet = []
    var book = CheckedBook()
    var bookStage = BookStage.none
    /// Wrong or missing books, none of them a minute after the one before.
    var bookFailures = 0
    /// When a book was wrong or missing last.
    var bookFailedAt = Timestamp.distantPast
    /// Whether `stale` was told of the book and holds still.
    var isBookDoubted = false
    var watches = FeedWatches()
    /// The number of the last deal that was told.
    var lastDeal: UInt64?
    /// Deals before this are history of before our time; nil: take what comes.
    var dealsSince: Timestamp?
    var lastPrice: Price?
    var mark: Price?
    /// When the last funding known was settled.
    var fundingTime: Timestamp?
    /// Settlements of which the account's list is awaited.
    var awaitedFunding: AwaitedFunding?
}

extension Market {
    /// As the venue lists it; nil while that is not known.
    var listed: ListedInstrument? {
        if case .listed(let listed)? = news { listed } else { nil }
    }
}

extension Instrument {
    /// The same with the fees that an account pays.
    func paying(_ fees: AccountFees) -> Instrument {
        Instrument(
            id: id, symbol: symbol, kind: kind, tick: tick, lot: lot, minQuantity: minQuantity,
            minNotional: minNotional, contractSize: contractSize, makerFee: fees.maker,
            takerFee: fees.taker, spotFee: spotFee)
    }
}

/// A settlement that has passed and whose charge is being asked for.
struct AwaitedFunding {
    /// The settlement before: what it charged was told.
    var before: Timestamp
    /// What it comes to by the market's own figures.
    var estimate: Funding
}

/// The markets in use; the place of each is its instrument's.
struct MarketTable {
    private var markets: [Market]
    /// In use, spot first.
    let segments: [Segment]

    init(_ symbols: [Symbol]) {
        markets = symbols.map { symbol in
            let name = CoinExInstruments.market(of: symbol)
            return Market(
                segment: CoinExInstruments.segment(of: symbol), name: name,
                nameBytes: Array(name.utf8), symbol: symbol)
        }
        segments = Set(markets.map(\.segment)).sorted()
    }

    var indices: Range<Int> { markets.indices }

    subscript(index: Int) -> Market {
        _read { yield markets[index] }
        _modify { yield &markets[index] }
    }

    func first(of segment: Segment) -> Market? { markets.first { $0.segment == segment } }

    /// The place of a market, whose name means something only within its segment; nil: not in use.
    func index(_ name: String, _ segment: Segment) -> Int? {
        markets.firstIndex { $0.segment == segment && $0.name == name }
    }

    func index(_ bytes: Span<UInt8>, _ range: Range<Int>, _ segment: Segment) -> Int? {
        for index in markets.indices where markets[index].segment == segment {
            let name = markets[index].nameBytes
            guard name.count == range.count else { continue }
            var isEqual = true
            for offset in 0..<name.count where name[offset] != bytes[range.lowerBound + offset] {
                isEqual = false
            }
            if isEqual { return index }
        }
        return nil
    }
}
