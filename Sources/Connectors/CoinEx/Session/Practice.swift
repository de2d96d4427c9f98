internal import AccountSession
internal import TradingCore
public import TradingModel
public import VenueSessions

/// An order that is made ready and never sent.
extension CoinExSession {
    public func practiceOrder(at now: Timestamp) -> HTTPCall? {
        let ready = markets.indices.first { lines[markets[$0].segment]?.stage == .live }
        guard let key = settings.key, let ready, let price = markets[ready].lastPrice else {
            return nil
        }
        let market = markets[ready]
        let request = OrderRequest(
            instrument: InstrumentID(ready), side: .buy, quantity: Self.practiceQuantity,
            price: price)
        let terms = try? OrderTerms(
            request, market: market.name, base: market.symbol.base, segment: market.segment,
            clientID: Self.practiceID)
        return terms.map {
            CoinExRequests.place($0, market.segment).call(
                key, milliseconds: clock.venueTime(at: now).nanoseconds / 1_000_000)
        }
    }

    /// As long as those of real orders.
    private static let practiceID = "mr00000000000-000000"
    private static let practiceQuantity = Quantity(attos: 12_345_000_000_000_000)
}
