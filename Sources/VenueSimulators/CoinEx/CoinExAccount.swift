internal import PaperTrading
internal import PlainJSON
internal import TradingCore
internal import TradingModel

/// One account of the venue: what it may do, its money, orders, positions and executions.
///
/// Which orders fill, when and at what price, a paper venue of its own decides; it holds endless
/// money, because what the account can pay for is decided here, by this venue's rules.
final class CoinExAccount {
    let settings: CoinExSettings.Account
    let markets: [CoinExMarket]
    let matching: PaperVenue
    var wallets: [CoinExProduct: CoinExWallet]
    /// The oldest first.
    var open: [CoinExOrder] = []
    /// Ended orders that had fills, the oldest first: the venue keeps no others.
    var finished: [CoinExOrder] = []
    /// Every order and stop order ever taken, the oldest first.
    var taken: [(id: Int64, clientID: String, market: CoinExMarket, isStop: Bool)] = []
    var stops: [CoinExStop] = []
    var finishedStops: [CoinExStop] = []
    var deals: [CoinExDeal] = []
    /// By instrument; nil while flat.
    var positions: [CoinExPosition?]
    var finishedPositions: [CoinExPosition] = []
    var fundingRows: [JSON] = []
    /// Changes of spot balances as the venue lists them, the oldest first.
    var ledgerRows: [JSON] = []
    /// By instrument.
    var leverages: [Int]
    var isCross: [Bool]
    var changes = CoinExChanges()
    var buckets: [CoinExRateGroup: TokenBucket] = [:]
    var windows: [CoinExRateGroup: RequestWindow] = [:]
    /// How often it was refused for asking too often.
    var excessCount = 0
    /// What its lists show where they lag behind.
    var replica = CoinExReplica()
    /// Orders as the matching knows them.
    var children: [ClientOrderID: CoinExOrder] = [:]
    var now: Timestamp
    /// The public trade that the matching looks at: fills by it have its number.
    var printedDeal: MarketTape.Deal?
    let numbers: CoinExNumbers
    private var frozen: [[Currency: Money]]
    private var childCount = 0

    /// Rows kept of each kind of history, at least; the oldest go at twice as many.
    static let keptRows = 1_000_000

    static func append<Row>(_ row: Row, to rows: inout [Row]) {
        if rows.count == 2 * keptRows { rows.removeFirst(keptRows) }
        rows.append(row)
    }

    init(
        _ settings: CoinExSettings.Account, markets: [CoinExMarket], leverage: Int,
        numbers: CoinExNumbers, at time: Timestamp
    ) {
        self.settings = settings
        self.markets = markets
        self.numbers = numbers
        now = time
        var endless: [Currency: Money] = [:]
        for market in markets {
            for currency in [market.base, market.quote, market.settle] {
                endless[currency] = Money(attos: 1_000_000_000_000_000_000 * attosPerUnit)
            }
        }
        matching = PaperVenue(
            instruments: markets.map(\.instrument),
            settings: PaperSettings(balances: endless, makerFee: .zero, takerFee: .zero))
        wallets = [.spot: CoinExWallet(settings.spot), .futures: CoinExWallet(settings.futures)]
        positions = markets.map { _ in nil }
        leverages = markets.map { _ in leverage }
        isCross = markets.map { _ in true }
        frozen = markets.map { _ in [:] }
    }

    /// Whether its clients have something to hear.
    var isChanged: Bool { !changes.isEmpty || wallets.values.contains(where: \.isChanged) }

    func nextChildID() -> ClientOrderID {
        childCount += 1
        return ClientOrderID("c", childCount)
    }

    func available(_ product: CoinExProduct, _ currency: Currency) -> Money {
        wallets[product, default: CoinExWallet([:])][currency].available
    }

    func openOrders(_ market: CoinExMarket) -> [CoinExOrder] {
        open.filter { $0.market === market }
    }

    func position(_ market: CoinExMarket) -> CoinExPosition? {
        positions[market.instrument.id.index]
    }

    /// What an order on `side` could take off the position.
    func reducible(_ market: CoinExMarket, _ side: Side) -> Quantity {
        guard let position = position(market), position.side == side.opposite else { return .zero }
        return position.size
    }

    // MARK: - What orders set aside

    /// What these orders of one market bind, by currency.
    func bound(_ orders: [CoinExOrder], _ market: CoinExMarket) -> [Currency: Money] {
        var bound: [Currency: Money] = [:]
        var left: [Side: Quantity] = [
            .buy: reducible(market, .buy), .sell: reducible(market, .sell),
        ]
        for order in orders {
            guard let price = order.price else { continue }
            if market.product == .spot {
                let isBuy = order.side == .buy
                let need =
                    isBuy
                    ? market.value(order.remaining, at: price, .up) ?? .tooMuch
                    : Money(attos: order.remaining.attos)
                bound[isBuy ? market.quote : market.base, default: .zero] += need
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

    /// Margin and taker fee of what an order adds to a position.
    func growthCost(_ quantity: Quantity, at price: Price, _ market: CoinExMarket) -> Money {
        guard quantity > .zero else { return .zero }
        guard let value = market.value(quantity, at: price, .up),
            let fee = value.times(market.fees.taker, .up)
        else { return .tooMuch }
        let leverage = Int128(leverages[market.instrument.id.index])
        return Money(attos: (value.attos + leverage - 1) / leverage) + fee
    }

    /// Works out anew what the orders of a market bind.
    func refreeze(_ market: CoinExMarket) {
        let index = market.instrument.id.index
        let orders = openOrders(market)
        if let side = positions[index]?.side {
            positions[index]?.closing = orders.reduce(.zero) {
                $1.side == side ? $0 : $0 + $1.remaining
            }
        }
        let next = bound(orders, market)
        guard next != frozen[index] else { return }
        for currency in Set(next.keys).union(frozen[index].keys).sorted() {
            let change = (next[currency] ?? .zero) - (frozen[index][currency] ?? .zero)
            guard change != .zero else { continue }
            wallets[market.product, default: CoinExWallet([:])][currency].frozen += change
        }
        frozen[index] = next
    }

    /// Whether the account can pay for its orders of a market once `orders` are all of them.
    func canPay(_ orders: [CoinExOrder], _ market: CoinExMarket) -> Bool {
        let next = bound(orders, market)
        let held = frozen[market.instrument.id.index]
        return next.allSatisfy { currency, amount in
            let more = amount - (held[currency] ?? .zero)
            return more <= .zero || more <= available(market.product, currency)
        }
    }
}

extension Money {
    /// More than any account holds.
    static var tooMuch: Money { Money(attos: Int128.max / 8) }
}

/// The venue's counters, which all accounts share.
final class CoinExNumbers {
    private var counts: [CoinExProduct: Int64] = [:]
    private var positions: Int64 = 1_000
    private(set) var tally = VenueTally(orders: 0, fills: 0)

    /// Orders and stops of a product; spot and futures number apart.
    func nextOrder(_ product: CoinExProduct) -> Int64 {
        let next = (counts[product] ?? 1_000) + 1
        counts[product] = next
        tally.orders += 1
        return next
    }

    func countFill() { tally.fills += 1 }

    func nextPosition() -> Int64 {
        positions += 1
        return positions
    }
}

/// What has happened to an account since its clients were last told.
struct CoinExChanges {
    enum OrderChange {
        /// New, filled or ended: which one, the order itself tells.
        case progressed
        case modified
        /// An edit gave the order another id; this was its last.
        case replaced(oldID: Int64)
    }

    struct PositionChange {
        let position: CoinExPosition
        let event: String
    }

    /// In the order in which they changed first.
    var orders: [(order: CoinExOrder, change: OrderChange)] = []
    var deals: [CoinExDeal] = []
    var positions: [PositionChange] = []
    var stops: [(stop: CoinExStop, event: String, status: String)] = []

    var isEmpty: Bool {
        orders.isEmpty && deals.isEmpty && positions.isEmpty && stops.isEmpty
    }

    mutating func note(_ order: CoinExOrder, _ change: OrderChange = .progressed) {
        if let place = orders.firstIndex(where: { $0.order === order }) {
            if case .progressed = orders[place].change { orders[place].change = change }
            return
        }
        orders.append((order, change))
    }

    /// Tells of a position once, as it is last.
    mutating func note(_ position: CoinExPosition, _ event: String) {
        positions.removeAll { $0.position.id == position.id && $0.event == event }
        positions.append(PositionChange(position: position, event: event))
    }
}
