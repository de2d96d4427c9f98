package import TradingCore
public import TradingModel

/// A market in use.
public struct Market {
    /// Where the order book stands.
    public enum BookStage: Hashable {
        /// Not subscribed.
        case none
        /// Subscribed, and the whole book has not come.
        case awaitingWhole
        /// Wrong again and again: it is asked for after a pause.
        case pausing
        case good
    }

    public let segment: Segment
    package let name: String
    @usableFromInline let nameBytes: [UInt8]
    public let symbol: Symbol
    /// What the venue lists of it.
    package var news: InstrumentNews?
    package var fees: AccountFees?
    package var feeds: FeedSet = []
    public var bookStage = BookStage.none
    /// Wrong or missing books, none of them a minute after the one before.
    package var bookFailures = 0
    /// When a book was wrong or missing last.
    var bookFailedAt = Timestamp.distantPast
    /// Whether `stale` was reported of the book and holds still.
    public var isBookDoubted = false
    public var watches = FeedWatches()
    /// The number of the last trade that was reported.
    public var lastTrade: UInt64?
    /// Trades before this are history of before our time; nil: take what comes.
    public var tradesSince: Timestamp?
    public var lastPrice: Price?
    public var mark: Price?
    /// When the last funding known was settled.
    var fundingTime: Timestamp?
    /// Settlements of which the account's list is awaited.
    var awaitedFunding: AwaitedFunding?
    /// Up to when the settlements are known that earlier runs went through; nil: there was none.
    var settledUntil: Timestamp?
    /// Whether what was settled since has not been told yet.
    var asksForMissedFunding = false
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
        moved(to: id, makerFee: fees.maker, takerFee: fees.taker)
    }
}

/// A settlement that has passed and whose charge is being asked for.
struct AwaitedFunding {
    /// The account's rows from here on are of it, or of others that have not been reported.
    var since: Timestamp
    /// What it comes to by the market's own figures.
    var estimate: Funding
}

/// The markets in use; the place of each is its instrument's.
public struct MarketTable {
    @usableFromInline var markets: [Market]
    /// In use, spot first.
    package let segments: [Segment]

    /// - Parameter names: the venue's, in the order of the symbols.
    init(_ symbols: [Symbol], _ names: [String]) {
        markets = zip(symbols, names).map { symbol, name in
            Market(
                segment: symbol.kind == .spot ? .spot : .futures, name: name,
                nameBytes: Array(name.utf8), symbol: symbol)
        }
        segments = Set(markets.map(\.segment)).sorted()
        indices = markets.indices.map { InstrumentID($0) }
    }

    /// Of all of them, in order.
    public let indices: [InstrumentID]

    @inlinable
    public subscript(id: InstrumentID) -> Market {
        _read { yield markets[id.index] }
        _modify { yield &markets[id.index] }
    }

    /// The place of a market, whose name means something only within its segment; nil: not in use.
    package func index(_ name: String, _ segment: Segment) -> InstrumentID? {
        markets.firstIndex { $0.segment == segment && $0.name == name }.map { InstrumentID($0) }
    }

    /// The same where the name stands in a message.
    @inlinable
    public func index(_ bytes: Span<UInt8>, _ range: Range<Int>, _ segment: Segment)
        -> InstrumentID?
    {
        for index in markets.indices where markets[index].segment == segment {
            let name = markets[index].nameBytes
            guard name.count == range.count else { continue }
            var isEqual = true
            for offset in 0..<name.count where name[offset] != bytes[range.lowerBound + offset] {
                isEqual = false
            }
            if isEqual { return InstrumentID(index) }
        }
        return nil
    }
}
