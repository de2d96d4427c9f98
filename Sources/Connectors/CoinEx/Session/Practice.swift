internal import AccountSession
internal import TradingCore
public import TradingModel
public import VenueSessions

/// An order that is made ready and never sent.
extension CoinExSession {
    public func practiceOrder(at now: Timestamp) -> HTTPCall? {
        let ready = markets.indices.first { lines[markets[$0].segment]?.stage == .live }
        guard settings.key != nil, let ready, let price = markets[ready].lastPrice else {
            return nil
        }
        let request = OrderRequest(
            instrument: InstrumentID(ready), side: .buy, quantity: Self.practiceQuantity,
            price: price)
        return words.place(request, Self.practiceID, closes: false).map {
            words.call($0, at: clock.venueTime(at: now))
        }
    }

    /// As long as those of real orders.
    private static let practiceID = ClientOrderID("mr00000000000-000000")
    private static let practiceQuantity = Quantity(attos: 12_345_000_000_000_000)
}
