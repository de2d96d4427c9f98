/// Anyone's public execution.
///
/// Flat, with no optional stored, so that code outside of Swift can read it where it lies.
public struct Trade: Hashable, Sendable {
    public var instrument: InstrumentID
    /// Stamped by the venue.
    public var venueTime: Timestamp
    public let price: Price
    public var quantity: Quantity
    /// Stamped by us on arrival; equal to the venue's where a recording has only one.
    public var receiveTime: Timestamp
    @usableFromInline var idNumber: UInt64
    @usableFromInline var hasID: Bool
    /// 0: not known; else the side's raw value + 1.
    @usableFromInline var takerCode: UInt8
    /// The double nearest to the price, where who read the trade had it at hand; NaN: nobody did.
    @usableFromInline let priceNumber: Double

    /// The side of the taker; nil where the venue does not say.
    @inlinable public var taker: Side? {
        get { takerCode == 0 ? nil : takerCode == 1 ? .buy : .sell }
        set { takerCode = newValue.map { $0.rawValue &+ 1 } ?? 0 }
    }
    /// The venue's number of the trade; nil where it has none or no number.
    @inlinable public var id: UInt64? {
        get { hasID ? idNumber : nil }
        set {
            idNumber = newValue ?? 0
            hasID = newValue != nil
        }
    }

    /// - Parameter priceNumber: the double nearest to `price`, so that nobody need divide for it again.
    @inlinable public init(
        instrument: InstrumentID, price: Price, priceNumber: Double = .nan, quantity: Quantity,
        taker: Side?, id: UInt64? = nil, venueTime: Timestamp, receiveTime: Timestamp
    ) {
        self.instrument = instrument
        self.price = price
        self.priceNumber = priceNumber
        self.quantity = quantity
        self.venueTime = venueTime
        self.receiveTime = receiveTime
        takerCode = taker.map { $0.rawValue &+ 1 } ?? 0
        idNumber = id ?? 0
        hasID = id != nil
    }

    /// Where the fields lie in memory, in bytes, in the order of their declaration.
    public static var fieldOffsets: [Int?] {
        [
            MemoryLayout<Trade>.offset(of: \.instrument),
            MemoryLayout<Trade>.offset(of: \.venueTime),
            MemoryLayout<Trade>.offset(of: \.price), MemoryLayout<Trade>.offset(of: \.quantity),
            MemoryLayout<Trade>.offset(of: \.receiveTime),
            MemoryLayout<Trade>.offset(of: \.idNumber), MemoryLayout<Trade>.offset(of: \.hasID),
            MemoryLayout<Trade>.offset(of: \.takerCode),
            MemoryLayout<Trade>.offset(of: \.priceNumber),
        ]
    }

    /// Whether they say the same of the market.
    public static func == (left: Self, right: Self) -> Bool {
        left.instrument == right.instrument && left.venueTime == right.venueTime
            && left.price == right.price && left.quantity == right.quantity
            && left.receiveTime == right.receiveTime && left.id == right.id
            && left.taker == right.taker
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(venueTime)
        hasher.combine(price)
        hasher.combine(quantity)
        hasher.combine(id)
    }
}

/// One change of an order book: a flat value, so that a message of many levels is many of them.
public struct BookChange: Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable {
        /// A snapshot begins: drop all levels of both sides. Carries no level itself.
        case clear
        /// The level's new total quantity; zero deletes the level.
        case level
    }

    public var instrument: InstrumentID
    public var kind: Kind
    /// `.buy` for bids, `.sell` for asks.
    public var side: Side
    public var price: Price
    public var quantity: Quantity
    /// Whether this ends the venue's message: only then is the book whole again.
    public var endsMessage: Bool
    public var venueTime: Timestamp
    public var receiveTime: Timestamp

    @inlinable public init(
        instrument: InstrumentID, kind: Kind, side: Side = .buy, price: Price = .zero,
        quantity: Quantity = .zero, endsMessage: Bool, venueTime: Timestamp, receiveTime: Timestamp
    ) {
        self.instrument = instrument
        self.kind = kind
        self.side = side
        self.price = price
        self.quantity = quantity
        self.endsMessage = endsMessage
        self.venueTime = venueTime
        self.receiveTime = receiveTime
    }

    /// Where the fields lie in memory, in bytes, in the order of their declaration.
    public static var fieldOffsets: [Int?] {
        [
            MemoryLayout<BookChange>.offset(of: \.instrument),
            MemoryLayout<BookChange>.offset(of: \.kind),
            MemoryLayout<BookChange>.offset(of: \.side),
            MemoryLayout<BookChange>.offset(of: \.price),
            MemoryLayout<BookChange>.offset(of: \.quantity),
            MemoryLayout<BookChange>.offset(of: \.endsMessage),
            MemoryLayout<BookChange>.offset(of: \.venueTime),
            MemoryLayout<BookChange>.offset(of: \.receiveTime),
        ]
    }
}

/// A price level: a price and the total quantity there.
public struct BookLevel: Hashable, Sendable {
    public var price: Price
    public var quantity: Quantity
    @inlinable public init(price: Price, quantity: Quantity) {
        self.price = price
        self.quantity = quantity
    }
}

/// The top of book as a venue or a file states it, or as derived from the depth.
///
/// Flat, with no optional inside, so that events stay small enough to be copied by a few moves.
public struct Quote: Hashable, Sendable {
    public var instrument: InstrumentID
    @usableFromInline var bidPrice: Price
    @usableFromInline var bidQuantity: Quantity
    @usableFromInline var askPrice: Price
    @usableFromInline var askQuantity: Quantity
    public var venueTime: Timestamp
    public var receiveTime: Timestamp

    /// The best bid; nil while that side is empty.
    @inlinable public var bid: BookLevel? {
        get { bidQuantity == .zero ? nil : BookLevel(price: bidPrice, quantity: bidQuantity) }
        set {
            bidPrice = newValue?.price ?? .zero
            bidQuantity = newValue?.quantity ?? .zero
        }
    }
    /// The best ask; nil while that side is empty.
    @inlinable public var ask: BookLevel? {
        get { askQuantity == .zero ? nil : BookLevel(price: askPrice, quantity: askQuantity) }
        set {
            askPrice = newValue?.price ?? .zero
            askQuantity = newValue?.quantity ?? .zero
        }
    }

    /// A side without quantity is an empty side.
    @inlinable public init(
        instrument: InstrumentID, bid: BookLevel?, ask: BookLevel?, venueTime: Timestamp,
        receiveTime: Timestamp
    ) {
        self.instrument = instrument
        bidPrice = bid?.price ?? .zero
        bidQuantity = bid?.quantity ?? .zero
        askPrice = ask?.price ?? .zero
        askQuantity = ask?.quantity ?? .zero
        self.venueTime = venueTime
        self.receiveTime = receiveTime
    }
}

/// How trades are gathered into bars.
public enum BarSize: Hashable, Sendable {
    /// A span of time in nanoseconds, aligned to the epoch.
    case time(nanoseconds: Int64)
    /// A number of trades.
    case trades(Int)
    /// A traded volume in quantity units; the trade that reaches it is split between two bars.
    case volume(Quantity)
}

/// A closed bar.
public struct Bar: Hashable, Sendable {
    public var instrument: InstrumentID
    public var size: BarSize
    public var open: Price
    public var high: Price
    public var low: Price
    public var close: Price
    public var volume: Quantity
    /// Volume whose taker bought; nil where the source does not say.
    public var buyVolume: Quantity?
    /// How many trades; nil where the source does not say.
    public var tradeCount: Int?
    /// The start of its span; for count and volume bars the time of its first trade.
    public var openTime: Timestamp
    /// The end of its span, not included; for count and volume bars the time of its last trade.
    public var closeTime: Timestamp

    public init(
        instrument: InstrumentID, size: BarSize, open: Price, high: Price, low: Price, close: Price,
        volume: Quantity, buyVolume: Quantity? = nil, tradeCount: Int? = nil, openTime: Timestamp,
        closeTime: Timestamp
    ) {
        self.instrument = instrument
        self.size = size
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
        self.buyVolume = buyVolume
        self.tradeCount = tradeCount
        self.openTime = openTime
        self.closeTime = closeTime
    }
}

/// A venue's summary of an instrument; every field but the instrument may be missing.
public struct Ticker: Hashable, Sendable {
    public var instrument: InstrumentID
    public var last: Price?
    public var mark: Price?
    public var index: Price?
    public var volume24h: Quantity?
    public var venueTime: Timestamp
    public var receiveTime: Timestamp
    public init(
        instrument: InstrumentID, last: Price? = nil, mark: Price? = nil, index: Price? = nil,
        volume24h: Quantity? = nil, venueTime: Timestamp, receiveTime: Timestamp
    ) {
        self.instrument = instrument
        self.last = last
        self.mark = mark
        self.index = index
        self.volume24h = volume24h
        self.venueTime = venueTime
        self.receiveTime = receiveTime
    }
}

/// A funding payment between longs and shorts of a perpetual.
public struct Funding: Hashable, Sendable {
    public var instrument: InstrumentID
    /// Longs pay this share of the notional to shorts; negative: shorts pay.
    public var rate: Rate
    /// The price that the notional is taken at; nil where the source does not say: then what the
    /// instrument is valued at when it is paid.
    public var mark: Price?
    /// What the account received, in the settle currency; negative: paid.
    ///
    /// Told by whoever keeps the account: by the time the engine hears of a payment, its own position
    /// may be another than the one that was charged. Nil: nobody has told, and it is worked out from
    /// the position.
    public var payment: Money?
    public var venueTime: Timestamp
    public var receiveTime: Timestamp
    public init(
        instrument: InstrumentID, rate: Rate, mark: Price?, payment: Money? = nil,
        venueTime: Timestamp, receiveTime: Timestamp
    ) {
        self.instrument = instrument
        self.rate = rate
        self.mark = mark
        self.payment = payment
        self.venueTime = venueTime
        self.receiveTime = receiveTime
    }
}

/// How a venue's connection stands.
public enum VenueState: String, Hashable, Sendable {
    case connected
    /// The connection is up, but its data has stopped.
    case stale
    case lost
    /// The book or the orders were fetched anew after a gap.
    case resynchronised
}

/// A change of a venue's connection.
public struct VenueStatus: Hashable, Sendable {
    public var venue: String
    /// The instrument it is about; nil: all of the venue's.
    public var instrument: InstrumentID?
    public var state: VenueState
    public var reason: String
    public var receiveTime: Timestamp
    public init(
        venue: String, instrument: InstrumentID? = nil, state: VenueState, reason: String,
        receiveTime: Timestamp
    ) {
        self.venue = venue
        self.instrument = instrument
        self.state = state
        self.reason = reason
        self.receiveTime = receiveTime
    }
}

/// A normalised market event.
public enum MarketEvent: Hashable, Sendable {
    case trade(Trade)
    case book(BookChange)
    case quote(Quote)
    indirect case bar(Bar)
    indirect case ticker(Ticker)
    indirect case funding(Funding)

    @inlinable public var instrument: InstrumentID {
        switch self {
        case .trade(let event): event.instrument
        case .book(let event): event.instrument
        case .quote(let event): event.instrument
        case .bar(let event): event.instrument
        case .ticker(let event): event.instrument
        case .funding(let event): event.instrument
        }
    }

    /// When the venue says it happened; a bar happens at its close.
    @inlinable public var venueTime: Timestamp {
        switch self {
        case .trade(let event): event.venueTime
        case .book(let event): event.venueTime
        case .quote(let event): event.venueTime
        case .bar(let event): event.closeTime
        case .ticker(let event): event.venueTime
        case .funding(let event): event.venueTime
        }
    }

    /// When it reached us; a bar at its close.
    @inlinable public var receiveTime: Timestamp {
        switch self {
        case .trade(let event): event.receiveTime
        case .book(let event): event.receiveTime
        case .quote(let event): event.receiveTime
        case .bar(let event): event.closeTime
        case .ticker(let event): event.receiveTime
        case .funding(let event): event.receiveTime
        }
    }
}
