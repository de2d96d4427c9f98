/// The venue's endpoints by path.
enum CoinTRRoutes {
    /// The endpoint of a path and the product that the path names; nil: there is none.
    static func find(_ path: String) -> (ExchangeSegment, CoinTRRoute)? {
        if path == "/v1/asset/transfer" { return (.spot, trade(CoinTRSimulator.transfer)) }
        for (segment, own) in [(ExchangeSegment.spot, spot), (.futures, futures)] {
            let prefix = "/v1/\(segment.rawValue)/"
            guard path.hasPrefix(prefix) else { continue }
            let name = String(path.dropFirst(prefix.count))
            if let route = shared[name] ?? own[name] { return (segment, route) }
        }
        return nil
    }

    private static func open(_ handler: @escaping CoinTRRoute.Handler) -> CoinTRRoute {
        CoinTRRoute(method: "GET", access: .open, handler: handler)
    }
    private static func read(_ handler: @escaping CoinTRRoute.Handler) -> CoinTRRoute {
        CoinTRRoute(method: "GET", access: .reading, handler: handler)
    }
    private static func trade(_ handler: @escaping CoinTRRoute.Handler) -> CoinTRRoute {
        CoinTRRoute(method: "POST", access: .trading, handler: handler)
    }

    private static let shared: [String: CoinTRRoute] = [
        "public/instruments": open(CoinTRSimulator.instruments),
        "market/candlesticks": open(CoinTRSimulator.candlesticks),
        "market/depths": open(CoinTRSimulator.depths),
        "market/tickers": open(CoinTRSimulator.tickers),
        "market/trades": open(CoinTRSimulator.publicTrades),
        "trade/order": trade(CoinTRSimulator.placeOrder),
        "trade/batch-orders": trade(CoinTRSimulator.placeBatch),
        "trade/cancel-order": trade(CoinTRSimulator.cancelOrder),
        "trade/cancel-batch-orders": trade(CoinTRSimulator.cancelBatch),
        "trade/cancel-all": trade(CoinTRSimulator.cancelAll),
        "trade/orders-active": read(CoinTRSimulator.activeOrders),
        "trade/orders-recent": read(CoinTRSimulator.recentOrders),
        "trade/orders-filled": read(CoinTRSimulator.filledOrders),
        "trade/fills": read(CoinTRSimulator.fills),
        "account/trade-fee": read(CoinTRSimulator.fees),
    ]

    private static let spot: [String: CoinTRRoute] = [
        "asset/balance": read(CoinTRSimulator.spotBalance),
        "account/balance": read(CoinTRSimulator.spotBalance),
    ]

    private static let futures: [String: CoinTRRoute] = [
        "public/position-tiers": open(CoinTRSimulator.positionTiers),
        "market/funding-rate": open(CoinTRSimulator.fundingRate),
        "account/config": read(CoinTRSimulator.accountConfiguration),
        "account/set-position-mode": trade(CoinTRSimulator.setPositionMode),
        "trade/config": read(CoinTRSimulator.tradeConfiguration),
        "trade/set-config": trade(CoinTRSimulator.setTradeConfiguration),
        "account/balance": read(CoinTRSimulator.futuresBalance),
        "account/margin": trade(CoinTRSimulator.adjustMargin),
        "account/positions": read(CoinTRSimulator.positions),
    ]
}
