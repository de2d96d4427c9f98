package import TradingModel

/// The kinds of orders that a venue has.
package struct OrderKinds: Hashable, Sendable {
    package var market: Bool
    package var stop: Bool
    package var ioc: Bool
    package var fok: Bool
    package var postOnly: Bool
    package var reduceOnly: Bool
    package var amend: Bool
    /// Whether a change may be one of the quantity.
    package var amendQuantity: Bool

    package init(
        market: Bool = true, stop: Bool = true, ioc: Bool = true, fok: Bool = true,
        postOnly: Bool = true, reduceOnly: Bool = true, amend: Bool = true,
        amendQuantity: Bool = true
    ) {
        self.market = market
        self.stop = stop
        self.ioc = ioc
        self.fok = fok
        self.postOnly = postOnly
        self.reduceOnly = reduceOnly
        self.amend = amend
        self.amendQuantity = amendQuantity
    }

    /// As scripts and `runner venues` name them.
    package var names: [String] {
        let kinds = [
            ("limit", true), ("market", market), ("stop", stop), ("gtc", true), ("ioc", ioc),
            ("fok", fok), ("post_only", postOnly), ("reduce_only", reduceOnly), ("amend", amend),
        ]
        return kinds.filter(\.1).map(\.0)
    }

    /// Why there is no such order; nil: there is.
    package func whyNot(_ request: OrderRequest) -> String? {
        if let reason = senseless(request) { return reason }
        if request.price == nil, !market { return lacks("market") }
        if request.stop != nil, !stop { return lacks("stop") }
        if request.timeInForce == .ioc, !ioc { return lacks("ioc") }
        if request.timeInForce == .fok, !fok { return lacks("fok") }
        if request.isPostOnly, !postOnly { return lacks("post-only") }
        if request.isReduceOnly, !reduceOnly { return lacks("reduce-only") }
        return nil
    }

    /// What no venue has.
    private func senseless(_ request: OrderRequest) -> String? {
        switch (request.price, request.timeInForce, request.isPostOnly) {
        case (nil, _, true): "a market order cannot be post-only"
        case (nil, .fok, false): "a market order cannot be fill-or-kill"
        case (_, .ioc, true), (_, .fok, true): "a post-only order cannot be ioc or fok"
        default: nil
        }
    }

    private func lacks(_ kind: String) -> String {
        "the venue has no \(kind) orders; it has \(names.joined(separator: ", "))"
    }
}
