internal import Matching
internal import TradingCore
internal import TradingModel

/// One account of a venue: its money, orders, positions and executions.
///
/// Which orders fill, when and at what price, a matching venue of its own decides; it holds endless
/// money, because what the account can pay for is decided here, by this venue's rules. The money
/// of a paper run is kept by `Matching.SimulatedAccount`, which has the same idea of totals
/// and of what orders bind: a rule that is changed here may have to be changed there.
final class ExchangeAccount {
    let settings: VenueAccount
    let rules: ExchangeRules
    let markets: [ExchangeMarket]
    let matching: MatchingVenue
    var wallets: [ExchangeSegment: ExchangeWallet]
    /// The oldest first.
    var open: [ExchangeOrder] = []
    /// Ended orders, the oldest first: those that had fills, or by the rules all.
    var finished: [OrderView] = []
    /// Every order and stop order ever taken, the oldest first.
    var taken: [(id: Int64, clientID: String, market: ExchangeMarket, isStop: Bool)] = []
    var stops: [ExchangeStop] = []
    var finishedStops: [ExchangeStop] = []
    var executions: [ExchangeExecution] = []
    /// The part of a position that is closed before the older ones.
    var closesFirst: Int64?
    /// By instrument; nil while flat.
    var positions: [ExchangePosition?]
    var finishedPositions: [ExchangePosition] = []
    var fundings: [FundingPaid] = []
    /// Changes of spot balances by trades, the oldest first.
    var ledger: [LedgerEntry] = []
    /// By instrument.
    var leverages: [Int]
    var isCross: [Bool]
    /// In the order in which they happened; wallets not among them.
    var changes: [AccountChange] = []
    /// How often it was refused for asking too often.
    var excessCount = 0
    /// What its lists show where they lag behind.
    var replica = LaggingLists()
    /// Orders as the matching knows them.
    var children: [ClientOrderID: ExchangeOrder] = [:]
    var now: Timestamp
    /// The public trade that the matching looks at: fills by it have its number.
    var printedDeal: MarketTape.Deal?
    let numbers: ExchangeNumbers
    private var frozen: [[Currency: Money]]
    private var childCount = 0

    /// Appends to a history, which keeps so many rows at least; the oldest go at twice as many.
    func append<Row>(_ row: Row, to rows: inout [Row]) {
        if rows.count == 2 * settings.keptRows { rows.removeFirst(settings.keptRows) }
        rows.append(row)
    }

    init(
        _ settings: VenueAccount, markets: [ExchangeMarket], rules: ExchangeRules,
        numbers: ExchangeNumbers, at time: Timestamp
    ) {
        self.settings = settings
        self.markets = markets
        self.rules = rules
        self.numbers = numbers
        now = time
        var endless: [Currency: Money] = [:]
        for market in markets {
            for currency in [market.base, market.quote, market.settle] {
                endless[currency] = Money(attos: 1_000_000_000_000_000_000 * attosPerUnit)
            }
        }
        matching = MatchingVenue(
            instruments: markets.map(\.instrument),
            settings: PaperSettings(balances: endless, makerFee: .zero, takerFee: .zero))
        wallets = [
            .spot: ExchangeWallet(settings.spot), .futures: ExchangeWallet(settings.futures),
        ]
        positions = markets.map { _ in nil }
        leverages = markets.map { _ in rules.leverage }
        isCross = markets.map { _ in true }
        frozen = markets.map { _ in [:] }
    }

    // MARK: - What happened

    /// Whether its clients have something to hear.
    var isChanged: Bool { !changes.isEmpty || wallets.values.contains(where: \.isChanged) }

    /// What has happened since this was last asked: in order, the wallets that changed at the end.
    func drainChanges() -> [AccountChange] {
        var taken = changes
        changes = []
        for segment in ExchangeSegment.allCases {
            for currency in wallets[segment]?.drainChanges() ?? [] {
                taken.append(.wallet(segment, currency))
            }
        }
        return taken
    }

    func record(_ order: ExchangeOrder, _ news: AccountChange.OrderNews = .progressed) {
        changes.append(.order(order, news, order.view))
    }

    /// An order that was refused after all never was.
    func forgetNews(of refused: ExchangeOrder) {
        changes.removeAll {
            if case .order(let order, _, _) = $0 { order === refused } else { false }
        }
    }

    func nextChildID() -> ClientOrderID {
        childCount += 1
        return ClientOrderID("c", childCount)
    }

    // MARK: - What it has

    func holding(_ segment: ExchangeSegment, _ currency: Currency) -> ExchangeWallet.Holding {
        wallets[segment]?[currency] ?? ExchangeWallet.Holding()
    }

    func available(_ segment: ExchangeSegment, _ currency: Currency) -> Money {
        holding(segment, currency).available
    }

    func openOrders(_ market: ExchangeMarket) -> [ExchangeOrder] {
        open.filter { $0.market === market }
    }

    func openOrder(_ id: Int64, _ market: ExchangeMarket) throws(Refused) -> ExchangeOrder {
        guard let order = open.first(where: { $0.id == id && $0.market === market }) else {
            throw .unknownOrder
        }
        return order
    }

    func position(_ market: ExchangeMarket) -> ExchangePosition? {
        positions[market.instrument.id.index]
    }

    /// Over all positions that settle in the currency.
    func unrealised(_ currency: Currency) -> Money {
        positions.reduce(.zero) { sum, position in
            guard let position, position.market.settle == currency else { return sum }
            return sum + position.unrealised()
        }
    }

    /// What an order on `side` could take off the position.
    func reducible(_ market: ExchangeMarket, _ side: Side) -> Quantity {
        guard let position = position(market), position.side == side.opposite else { return .zero }
        return position.size
    }

    // MARK: - What orders set aside

    /// What these orders of one market bind, by currency.
    func bound(_ orders: [OrderView], _ market: ExchangeMarket) -> [Currency: Money] {
        var bound: [Currency: Money] = [:]
        var left: [Side: Quantity] = [
            .buy: reducible(market, .buy), .sell: reducible(market, .sell),
        ]
        for order in orders {
            guard let price = order.price else { continue }
            if market.segment == .spot {
                let isBuy = order.side == .buy
                bound[isBuy ? market.quote : market.base, default: .zero] +=
                    isBuy
                    ? purchaseCost(order.remaining, at: price, market)
                    : Money(attos: order.remaining.attos)
                continue
            }
            if rules.margin == .stopDistance {
                bound[market.settle, default: .zero] += stopMargin(order.remaining, order.terms)
                continue
            }
            let free = min(order.remaining, left[order.side] ?? .zero)
            left[order.side, default: .zero] -= free
            if order.terms.isReduceOnly { continue }
            bound[market.settle, default: .zero] += growthCost(
                order.remaining - free, at: price, market)
        }
        return bound
    }

    /// What a spot purchase binds, with the taker's fee where the venue sets that aside.
    func purchaseCost(_ quantity: Quantity, at price: Price, _ market: ExchangeMarket) -> Money {
        guard let value = market.value(quantity, at: price, .up), value < .tooMuch else {
            return .tooMuch
        }
        guard rules.freezesSpotFee else { return value }
        guard let fee = value.times(market.fees.taker, .up) else { return .tooMuch }
        return value + spotFee(fee, .up)
    }

    /// A fee cut to the decimals that the venue counts fees in.
    func spotFee(_ fee: Money, _ rounding: Rounding) -> Money {
        guard let decimals = rules.spotFeeDecimals else { return fee }
        let step = (0..<decimals).reduce(attosPerUnit) { step, _ in step / 10 }
        return fee.rounded(toMultipleOf: step, rounding)
    }

    /// What so much of an order loses until the stop of what it makes.
    func stopMargin(_ quantity: Quantity, _ terms: ExchangeTerms) -> Money {
        if terms.isReduceOnly { return .zero }
        return terms.market.value(quantity, at: terms.marginPoints, .up) ?? .tooMuch
    }

    /// Margin and taker fee of what an order adds to a position.
    func growthCost(_ quantity: Quantity, at price: Price, _ market: ExchangeMarket) -> Money {
        guard quantity > .zero else { return .zero }
        guard let value = market.value(quantity, at: price, .up), value < .tooMuch,
            let fee = value.times(market.fees.taker, .up)
        else { return .tooMuch }
        let leverage = Int128(leverages[market.instrument.id.index])
        return Money(attos: (value.attos + leverage - 1) / leverage) + fee
    }

    /// Works out anew what the orders of a market bind.
    func refreeze(_ market: ExchangeMarket) {
        let index = market.instrument.id.index
        let orders = openOrders(market)
        if let side = positions[index]?.side {
            positions[index]?.closing = orders.reduce(.zero) {
                $1.side == side ? $0 : $0 + $1.remaining
            }
        }
        let next = bound(orders.map(\.view), market)
        guard next != frozen[index] else { return }
        for currency in Set(next.keys).union(frozen[index].keys).sorted() {
            let change = (next[currency] ?? .zero) - (frozen[index][currency] ?? .zero)
            guard change != .zero else { continue }
            wallets[market.segment, default: ExchangeWallet()][currency].frozen += change
        }
        frozen[index] = next
    }

    /// Whether the account can pay for its orders of a market once `orders` are all of them.
    func canPay(_ orders: [OrderView], _ market: ExchangeMarket) -> Bool {
        let next = bound(orders, market)
        let held = frozen[market.instrument.id.index]
        return next.allSatisfy { currency, amount in
            let more = amount - (held[currency] ?? .zero)
            return more <= .zero || more <= available(market.segment, currency)
        }
    }
}

extension Money {
    /// More than any account holds.
    static var tooMuch: Money { Money(attos: Int128.max / 8) }
}

/// The venue's counters, which all accounts share.
final class ExchangeNumbers {
    private let beforeFirst: Int64
    private var counts: [ExchangeSegment: Int64] = [:]
    private var positions: Int64 = 1_000
    private(set) var tally = VenueTally(orders: 0, fills: 0)

    init(before first: Int64) { beforeFirst = first }

    /// What the next order of a segment is numbered.
    func next(_ segment: ExchangeSegment) -> Int64 { (counts[segment] ?? beforeFirst) + 1 }

    /// Orders and stops of a segment; spot and futures number apart.
    func nextOrder(_ segment: ExchangeSegment) -> Int64 {
        tally.orders += 1
        return nextUntaken(segment)
    }

    /// The number of an order that is refused.
    func nextUntaken(_ segment: ExchangeSegment) -> Int64 {
        let next = (counts[segment] ?? beforeFirst) + 1
        counts[segment] = next
        return next
    }

    func countFill() { tally.fills += 1 }

    func nextPosition() -> Int64 {
        positions += 1
        return positions
    }
}
