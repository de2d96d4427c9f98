/// An instrument's place in the table of a run: a small number, so that hot paths index, not hash.
public struct InstrumentID: Hashable, Comparable, Sendable {
    public let index: Int
    @inlinable public init(_ index: Int) { self.index = index }
    @inlinable public static func < (left: Self, right: Self) -> Bool { left.index < right.index }
}

/// A currency or token by its code, such as `BTC`.
public struct Currency: Hashable, Comparable, Sendable, CustomStringConvertible {
    private let name: InternedText
    public init(_ code: String) { name = InternedText(code) }
    /// Nil: nobody has spoken of such a currency.
    public init?(known code: String) {
        guard let name = InternedText(known: code) else { return nil }
        self.name = name
    }
    public var code: String { name.description }
    public static func < (left: Self, right: Self) -> Bool { left.code < right.code }
    public var description: String { code }
}

/// What an instrument's contract pays.
public enum InstrumentKind: String, Hashable, Sendable, CaseIterable {
    /// Base against quote, exchanged at once.
    case spot
    /// A perpetual that settles in the quote currency: `BTC/USDT:USDT`.
    case linear
    /// A perpetual that settles in the base currency and counts in quote: `BTC/USD:BTC`.
    case inverse
    /// A perpetual that settles in the base currency and pays a fixed amount of it for each point of the
    /// price: Coinpit's `BTC/USD:BTC`. The spelling is that of an inverse one; the venue's list says it.
    case quanto

    /// Whether profit, margin and fees of a contract are in the base currency.
    public var countsInBase: Bool { self == .inverse || self == .quanto }
}

/// What a venue takes for each contract instead of a share of its worth, in the settle currency.
public struct UnitFees: Hashable, Sendable {
    /// Negative is a rebate.
    public let maker: Money
    public let taker: Money

    public init(maker: Money, taker: Money) {
        self.maker = maker
        self.taker = taker
    }

    public func amount(_ liquidity: Liquidity) -> Money { liquidity == .maker ? maker : taker }
}

/// An instrument's name as scripts and settings write it: `venue:BASE/QUOTE[:SETTLE]`.
public struct Symbol: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let text: InternedText
    private let venueName: InternedText
    public let base: Currency
    public let quote: Currency
    /// The currency of profit and margin: the quote currency for spot.
    public let settle: Currency
    public let kind: InstrumentKind

    public var venue: String { venueName.description }
    public var description: String { text.description }

    /// Reads `sim:BTC/USDT` (spot), `sim:BTC/USDT:USDT` (linear) or `coinpit:BTC/USD:BTC` (inverse).
    ///
    /// - Throws: ``InvalidSymbol`` saying which part is missing or wrong.
    public init(_ text: String) throws(InvalidSymbol) {
        let fields = text.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count == 2 || fields.count == 3 else { throw InvalidSymbol(text: text) }
        let pair = fields[1].split(separator: "/", omittingEmptySubsequences: false)
        guard pair.count == 2,
            (pair + fields).allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) }),
            !text.unicodeScalars.contains(where: Shown.isHidden)
        else { throw InvalidSymbol(text: text) }
        let base = Currency(String(pair[0]))
        let quote = Currency(String(pair[1]))
        let settle = fields.count == 3 ? Currency(String(fields[2])) : quote
        let kind: InstrumentKind
        if fields.count == 2 {
            kind = .spot
        } else if settle == quote {
            kind = .linear
        } else if settle == base {
            kind = .inverse
        } else {
            throw InvalidSymbol(text: text)
        }
        self.text = InternedText(text)
        venueName = InternedText(String(fields[0]))
        self.base = base
        self.quote = quote
        self.settle = settle
        self.kind = kind
    }

    public static func == (left: Self, right: Self) -> Bool { left.text == right.text }
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

/// A text that is not a symbol.
public struct InvalidSymbol: Error, Hashable, Sendable, CustomStringConvertible {
    public let text: String
    public init(text: String) { self.text = text }

    /// Whether it is spelled as CCXT spells dated contracts: `venue:BASE/QUOTE:SETTLE-YYMMDD`.
    private var isDated: Bool {
        let fields = text.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count == 3 else { return false }
        let parts = fields[2].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 6, parts[1].allSatisfy(\.isASCIIDigit)
        else { return false }
        return (try? Symbol("\(fields[0]):\(fields[1]):\(parts[0])")) != nil
    }

    public var description: String {
        if isDated {
            return
                "`\(text.onOneLine)` is a contract with an expiry, and those are not traded: name a perpetual, "
                + "for example sim:BTC/USDT:USDT"
        }
        return
            "`\(text.onOneLine)` is not a symbol, expected venue:BASE/QUOTE for spot or venue:BASE/QUOTE:SETTLE for "
            + "a perpetual, for example sim:BTC/USDT or sim:BTC/USDT:USDT"
    }
}

/// What a venue takes the fees of a spot market out of; contracts pay in the settle currency.
public enum SpotFee: String, Hashable, Sendable, CaseIterable {
    /// Always the quote currency.
    case quote
    /// What is received: a purchase brings less of the base currency, a sale less of the quote.
    case received
}

/// What is traded, with the venue's rules for its orders.
public struct Instrument: Hashable, Sendable {
    public private(set) var id: InstrumentID
    public let symbol: Symbol
    /// Mostly the symbol's; settings and venues may say otherwise.
    public let kind: InstrumentKind
    /// The smallest step of price; positive.
    public let tick: Price
    /// The smallest step of quantity, in base currency or contracts; positive.
    public let lot: Quantity
    /// The least quantity of an order; zero: a lot.
    public let minQuantity: Quantity
    /// The least price × quantity of an order in the quote currency; zero: none.
    public let minNotional: Money
    /// What one unit of quantity stands for: base currency (linear), quote currency (inverse), or settle currency
    /// for each 1 of the price (quanto).
    ///
    /// 1 where a venue counts in the base currency itself, as all spot venues do.
    public let contractSize: Quantity
    /// What a quantity is worth: kind and contract size together.
    public let contract: Contract
    /// What a maker pays as a share of the notional; negative is a rebate.
    public let makerFee: Rate
    /// What a taker pays as a share of the notional.
    public let takerFee: Rate
    /// What contracts cost each instead of a share; nil: makers and takers pay those shares.
    public let unitFees: UnitFees?
    /// What the fees of a spot market are taken out of.
    public let spotFee: SpotFee
    /// Whether the venue keeps a reduce-only order from more than taking the position to flat.
    public let keepsReduceOnly: Bool
    /// The decimals of prices.
    public let priceScale: DecimalScale
    /// The decimals of quantities.
    public let quantityScale: DecimalScale

    public init(
        id: InstrumentID, symbol: Symbol, kind: InstrumentKind? = nil, tick: Price, lot: Quantity,
        minQuantity: Quantity = .zero, minNotional: Money = .zero,
        contractSize: Quantity = Quantity(attos: attosPerUnit), makerFee: Rate = .zero,
        takerFee: Rate = .zero, unitFees: UnitFees? = nil, spotFee: SpotFee = .quote,
        keepsReduceOnly: Bool = true
    ) {
        precondition(tick.attos > 0 && lot.attos > 0, "tick and lot are positive")
        precondition(contractSize.attos > 0, "a contract size is positive")
        self.id = id
        self.symbol = symbol
        self.kind = kind ?? symbol.kind
        self.tick = tick
        self.lot = lot
        self.minQuantity = minQuantity
        self.minNotional = minNotional
        self.contractSize = contractSize
        contract = Contract(kind: kind ?? symbol.kind, size: contractSize)
        self.makerFee = makerFee
        self.takerFee = takerFee
        self.unitFees = unitFees
        self.spotFee = spotFee
        self.keepsReduceOnly = keepsReduceOnly && (kind ?? symbol.kind) != .spot
        priceScale = DecimalScale(showing: tick.attos)
        quantityScale = DecimalScale(showing: lot.attos)
    }

    /// The currency of profit, loss and fees: base for inverse and quanto contracts, else quote.
    public var settle: Currency {
        switch kind {
        case .spot: symbol.quote
        case .linear: symbol.settle
        case .inverse, .quanto: symbol.base
        }
    }

    /// Whether a fill on `side` pays its fee out of what is bought, by the venue's rule.
    public func takesFeeFromPosition(_ side: Side) -> Bool {
        kind == .spot && side == .buy && spotFee == .received
    }

    /// Whether a fee in this currency is paid out of the position itself: spot, in base currency.
    public func isPosition(_ currency: Currency) -> Bool {
        kind == .spot && currency == symbol.base
    }

    /// The same under another place, with another symbol or fees where they are given.
    public func moved(
        to id: InstrumentID, symbol: Symbol? = nil, makerFee: Rate? = nil, takerFee: Rate? = nil
    ) -> Instrument {
        Instrument(
            id: id, symbol: symbol ?? self.symbol, kind: kind, tick: tick, lot: lot,
            minQuantity: minQuantity, minNotional: minNotional, contractSize: contractSize,
            makerFee: makerFee ?? self.makerFee, takerFee: takerFee ?? self.takerFee,
            unitFees: unitFees, spotFee: spotFee, keepsReduceOnly: keepsReduceOnly)
    }

    /// As much of a quantity as can be ordered.
    public func wholeLots(of quantity: Quantity) -> Quantity {
        quantity.rounded(toMultipleOf: lot.attos, .towardZero)
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}

extension Array {
    /// What stands at an instrument's place, where there is one for each instrument of a run.
    @inlinable public subscript(id: InstrumentID) -> Element {
        @inline(__always) _read { yield self[id.index] }
        @inline(__always) _modify { yield &self[id.index] }
    }
}

extension Instrument {
    /// The same under another number.
    public func numbered(_ id: InstrumentID) -> Instrument {
        var instrument = self
        instrument.id = id
        return instrument
    }
}
