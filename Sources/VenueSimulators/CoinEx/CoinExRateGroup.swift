/// The venue's groups of endpoints that share a limit, each counted per account.
enum CoinExRateGroup: Hashable {
    case place(ExchangeSegment)
    case cancel(ExchangeSegment)
    case bulkCancel(ExchangeSegment)
    case orderQuery(ExchangeSegment)
    case orderHistory(ExchangeSegment)
    case accountQuery
    case accountChange

    /// Requests a second.
    var rate: Int64 {
        switch self {
        case .place(let product): product == .spot ? 30 : 20
        case .cancel(let product): product == .spot ? 60 : 40
        case .bulkCancel(let product): product == .spot ? 40 : 20
        case .orderQuery: 50
        case .orderHistory, .accountQuery, .accountChange: 10
        }
    }

    /// Of one address over everything.
    static let perAddress: Int64 = 400
    /// Of one socket; the venue documents none, a client that keeps to 10 is never refused.
    static let perSocket: Int64 = 60
}
