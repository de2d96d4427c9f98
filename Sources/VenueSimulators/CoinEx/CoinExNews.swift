internal import TradingModel

/// What the pushes of one publication tell: an order or position once, as it is by then.
struct CoinExNews {
    /// In the order in which they changed first.
    private(set) var orders: [(order: ExchangeOrder, news: AccountChange.OrderNews)] = []
    private(set) var deals: [ExchangeExecution] = []
    private(set) var stops: [(stop: ExchangeStop, news: AccountChange.StopNews)] = []
    private(set) var positions: [(position: ExchangePosition, isClosed: Bool)] = []
    private(set) var currencies: [ExchangeSegment: [Currency]] = [:]

    init(_ changes: [AccountChange]) {
        for change in changes {
            switch change {
            case .order(let order, let news, _): record(order, news)
            case .execution(let deal, _): deals.append(deal)
            case .stop(let stop, let news): stops.append((stop, news))
            case .position(let position, let isClosed):
                positions.removeAll {
                    $0.position.id == position.id && $0.isClosed == isClosed
                }
                positions.append((position, isClosed))
            case .wallet(let segment, let currency):
                currencies[segment, default: []].append(currency)
            }
        }
    }

    /// That its terms changed counts more than that it went on.
    private mutating func record(_ order: ExchangeOrder, _ news: AccountChange.OrderNews) {
        guard let place = orders.firstIndex(where: { $0.order === order }) else {
            orders.append((order, news))
            return
        }
        if case .progressed = orders[place].news { orders[place].news = news }
    }
}
