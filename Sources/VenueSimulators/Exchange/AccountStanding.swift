internal import TradingCore
package import TradingModel

/// What an account has at a simulated venue at this instant: to be held against what a client believes.
package struct AccountStanding: Sendable {
    /// An order or a stop that may still fill.
    package struct OpenOrder: Sendable {
        package let clientID: String
        /// Place among the simulator's markets.
        package let market: Int
        package let side: Side
        /// What may still fill: in base currency, or contracts.
        package let remaining: Money
        package let isReduceOnly: Bool
    }

    package let orders: [OpenOrder]
    /// By market, signed: of spot what the wallet has of the base currency beyond what it began with.
    package let positions: [Money]
}

extension Exchange {
    /// Of the first account; nil: there is none.
    var standing: AccountStanding? { accounts.first?.standing }
}

extension ExchangeAccount {
    fileprivate var standing: AccountStanding {
        AccountStanding(
            orders: open.map { order in
                AccountStanding.OpenOrder(
                    clientID: order.terms.clientID, market: order.market.instrument.id.index,
                    side: order.side, remaining: Money(attos: order.remaining.attos),
                    isReduceOnly: order.terms.isReduceOnly)
            }
                + stops.map { stop in
                    AccountStanding.OpenOrder(
                        clientID: stop.terms.clientID,
                        market: stop.terms.market.instrument.id.index, side: stop.terms.side,
                        remaining: stop.terms.amount, isReduceOnly: stop.terms.isReduceOnly)
                },
            positions: markets.map(net))
    }

    private func net(in market: ExchangeMarket) -> Money {
        guard market.segment == .spot else {
            return Money(attos: positions[market.instrument.id.index]?.core.net.attos ?? 0)
        }
        let total = wallets[.spot]?[market.base].total ?? .zero
        return total - (settings.spot[market.base] ?? .zero)
    }
}
