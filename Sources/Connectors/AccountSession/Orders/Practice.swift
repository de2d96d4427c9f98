public import TradingModel
public import VenueSessions

/// An order that is made ready and never sent.
extension AccountCore {
    public func practiceOrder(at now: Timestamp) -> PracticeOrder? {
        let ready = markets.indices.first { isLive(markets[$0].segment) }
        guard plan.hasKey, let ready, let price = markets[ready].lastPrice else { return nil }
        let request = OrderRequest(
            instrument: ready, side: .buy, quantity: Self.practiceQuantity,
            price: price)
        guard let order = words.place(request, practiceID, closes: false) else { return nil }
        let venueTime = clock.venueTime(at: now)
        guard let segment = order.line else {
            return .request(words.call(order, at: venueTime))
        }
        return lines[lines.id(of: segment)].socket.map {
            .message($0, words.message(order, nil, at: venueTime))
        }
    }

    /// As long as those of real orders.
    private var practiceID: WireID {
        switch traits.clientIDs {
        case .text: .text("mr00000000000-000000")
        case .number: .number(numbers?.current ?? 0)
        }
    }

    private static let practiceQuantity = Quantity(attos: 12_345_000_000_000_000)
}
