internal import PlainJSON

/// The venue's endpoints by path.
enum CoinExRoutes {
    /// The endpoint of a path and the product that the path names; nil: there is none.
    static func find(_ path: String) -> (ExchangeSegment, CoinExRoute)? {
        if let route = plain[path] {
            return (path.contains("/futures/") ? .futures : .spot, route)
        }
        for product in ExchangeSegment.allCases {
            let prefix = "/v2/\(product.rawValue)/"
            guard path.hasPrefix(prefix) else { continue }
            let name = String(path.dropFirst(prefix.count))
            if let route = shared[name] ?? (product == .futures ? futures[name] : nil) {
                return (product, route)
            }
        }
        return nil
    }

    private static func open(_ handler: @escaping CoinExRoute.Handler) -> CoinExRoute {
        CoinExRoute(method: "GET", access: .open, group: { _ in .accountQuery }, handler: handler)
    }

    private static func read(
        _ group: @escaping CoinExRoute.Group,
        _ handler: @escaping CoinExRoute.Handler
    ) -> CoinExRoute {
        CoinExRoute(method: "GET", access: .reading, group: group, handler: handler)
    }

    private static func trade(
        _ group: @escaping CoinExRoute.Group, batch: String? = nil,
        _ handler: @escaping CoinExRoute.Handler
    ) -> CoinExRoute {
        CoinExRoute(
            method: "POST", access: .trading, group: group, handler: handler, batch: batch)
    }

    private static var accountQuery: CoinExRoute.Group {
        { _ in .accountQuery }
    }

    private static let plain: [String: CoinExRoute] = [
        "/v2/time": open { (venue, _) throws(CoinExRefusal) in
            .success(["timestamp": .milliseconds(venue.now)])
        },
        "/v2/ping": open { (_, _) throws(CoinExRefusal) in .success(["result": "pong"]) },
        "/v2/maintain/info": open { (_, _) throws(CoinExRefusal) in .success([]) },
        "/v2/assets/all-deposit-withdraw-config": open(CoinExSimulator.currencies),
        "/v2/assets/spot/balance": read(accountQuery, CoinExSimulator.balances),
        "/v2/assets/futures/balance": read(accountQuery, CoinExSimulator.balances),
        "/v2/assets/transfer": trade({ _ in .accountChange }, CoinExSimulator.transfer),
        "/v2/assets/spot/transcation-history": read(accountQuery, CoinExSimulator.ledger),
        "/v2/account/trade-fee-rate": read(accountQuery, CoinExSimulator.feeRate),
        "/v2/account/settings": trade({ _ in .accountChange }, CoinExSimulator.changeSettings),
    ]

    /// Endpoints that spot and futures both have.
    private static let shared: [String: CoinExRoute] = [
        "market": open(CoinExSimulator.listMarkets),
        "ticker": open(CoinExSimulator.tickers),
        "depth": open(CoinExSimulator.depth),
        "deals": open(CoinExSimulator.publicDeals),
        "kline": open(CoinExSimulator.klines),
        "index": open(CoinExSimulator.indices),
        "order": trade({ .place($0) }, CoinExSimulator.placeOrder),
        "stop-order": trade({ .place($0) }, CoinExSimulator.placeStopOrder),
        "batch-order": trade({ .place($0) }, batch: "orders", CoinExSimulator.placeBatch),
        "batch-stop-order": trade(
            { .place($0) }, batch: "orders", CoinExSimulator.placeStopBatch),
        "modify-order": trade({ .place($0) }, CoinExSimulator.modifyOrder),
        "batch-modify-order": trade(
            { .place($0) }, batch: "orders", CoinExSimulator.modifyBatch),
        "modify-stop-order": trade({ .place($0) }, CoinExSimulator.modifyStopOrder),
        "cancel-order": trade({ .cancel($0) }, CoinExSimulator.cancelOrder),
        "cancel-stop-order": trade({ .cancel($0) }, CoinExSimulator.cancelStopOrder),
        "cancel-batch-order": trade(
            { .cancel($0) }, batch: "order_ids", CoinExSimulator.cancelBatch),
        "cancel-batch-stop-order": trade(
            { .cancel($0) }, batch: "stop_ids", CoinExSimulator.cancelStopBatch),
        "cancel-all-order": trade({ .bulkCancel($0) }, CoinExSimulator.cancelAll),
        "cancel-order-by-client-id": trade(
            { .bulkCancel($0) }, CoinExSimulator.cancelByClientID),
        "cancel-stop-order-by-client-id": trade(
            { .bulkCancel($0) }, CoinExSimulator.cancelStopByClientID),
        "order-status": read({ .orderQuery($0) }, CoinExSimulator.orderStatus),
        "batch-order-status": read({ .orderQuery($0) }, CoinExSimulator.batchOrderStatus),
        "pending-order": read({ .orderQuery($0) }, CoinExSimulator.pendingOrders),
        "pending-stop-order": read({ .orderQuery($0) }, CoinExSimulator.pendingStops),
        "finished-order": read({ .orderHistory($0) }, CoinExSimulator.finishedOrders),
        "finished-stop-order": read({ .orderHistory($0) }, CoinExSimulator.finishedStopOrders),
        "order-deals": read({ .orderHistory($0) }, CoinExSimulator.orderDeals),
        "user-deals": read({ .orderHistory($0) }, CoinExSimulator.userDeals),
    ]

    private static let futures: [String: CoinExRoute] = [
        "funding-rate": open(CoinExSimulator.fundingRates),
        "funding-rate-history": open(CoinExSimulator.fundingHistory),
        "premium-index-history": open(CoinExSimulator.emptyHistory),
        "basis-history": open(CoinExSimulator.emptyHistory),
        "liquidation-history": open(CoinExSimulator.emptyHistory),
        "position-adl-history": read(accountQuery, CoinExSimulator.emptyHistory),
        "position-margin-history": read(accountQuery, CoinExSimulator.emptyHistory),
        "position-settle-history": read(accountQuery, CoinExSimulator.emptyHistory),
        "position-level": open(CoinExSimulator.positionLevels),
        "pending-position": read(accountQuery, CoinExSimulator.pendingPositions),
        "finished-position": read({ .orderHistory($0) }, CoinExSimulator.closedPositions),
        "position-funding-history": read(accountQuery, CoinExSimulator.positionFunding),
        "close-position": trade({ .place($0) }, CoinExSimulator.closePosition),
        "adjust-position-leverage": trade({ .place($0) }, CoinExSimulator.adjustLeverage),
        "adjust-position-margin": trade({ .place($0) }, CoinExSimulator.adjustMargin),
        "set-position-stop-loss": trade(
            { .place($0) }, CoinExSimulator.setExit(isStopLoss: true)),
        "modify-position-stop-loss": trade(
            { .place($0) }, CoinExSimulator.setExit(isStopLoss: true)),
        "cancel-position-stop-loss": trade(
            { .place($0) }, CoinExSimulator.dropExit(isStopLoss: true)),
        "set-position-take-profit": trade(
            { .place($0) }, CoinExSimulator.setExit(isStopLoss: false)),
        "modify-position-take-profit": trade(
            { .place($0) }, CoinExSimulator.setExit(isStopLoss: false)),
        "cancel-position-take-profit": trade(
            { .place($0) }, CoinExSimulator.dropExit(isStopLoss: false)),
    ]
}
