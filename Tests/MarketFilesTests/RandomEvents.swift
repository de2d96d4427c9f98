import MarketFiles
import TradingModel

/// Messages as a connector gives them: trades, quotes, book changes and snapshots.
func randomEvents(_ random: inout SeededNumbers, count: Int) -> [MarketEvent] {
    var events: [MarketEvent] = []
    var time: Int64 = 1_700_000_000_000_000_000
    let decimals = Int.random(in: 0...8, using: &random)
    let step = DecimalScale(decimals: decimals).attos(1)
    func amount(_ random: inout SeededNumbers, from least: Int64) -> Int128 {
        Int128(Int64.random(in: least...999_999_999_999, using: &random)) * step
    }
    while events.count < count {
        time += Int64.random(in: 0...3, using: &random)
        let receive = Timestamp(nanoseconds: time)
        let venue = Timestamp(nanoseconds: time - Int64.random(in: -5...5, using: &random))
        let side: Side = Bool.random(using: &random) ? .buy : .sell
        func level(_ random: inout SeededNumbers) -> BookLevel {
            BookLevel(
                price: Price(attos: amount(&random, from: 1)),
                quantity: Quantity(attos: amount(&random, from: 1)))
        }
        switch Int.random(in: 0...3, using: &random) {
        case 0:
            let hasSide = Bool.random(using: &random)
            let id: UInt64? = Bool.random(using: &random) ? UInt64(events.count + 1) : nil
            let found = level(&random)
            events.append(
                .trade(
                    Trade(
                        instrument: InstrumentID(3), price: found.price,
                        quantity: found.quantity, taker: hasSide ? side : nil, id: id,
                        venueTime: venue, receiveTime: receive)))
        case 1:
            let bid = Bool.random(using: &random) ? level(&random) : nil
            let ask = Bool.random(using: &random) ? level(&random) : nil
            events.append(
                .quote(
                    Quote(
                        instrument: InstrumentID(3), bid: bid, ask: ask, venueTime: venue,
                        receiveTime: receive)))
        default:
            let changes = randomMessage(&random, venue, receive) { random, least in
                amount(&random, from: least)
            }
            events += changes.map(MarketEvent.book)
        }
    }
    return events
}

/// The changes of one message about a book, a snapshot or not.
private func randomMessage(
    _ random: inout SeededNumbers, _ venue: Timestamp, _ receive: Timestamp,
    amount: (inout SeededNumbers, Int64) -> Int128
) -> [BookChange] {
    let isSnapshot = Bool.random(using: &random)
    var changes: [BookChange] = []
    if isSnapshot {
        changes.append(
            BookChange(
                instrument: InstrumentID(3), kind: .clear, endsMessage: false,
                venueTime: venue, receiveTime: receive))
    }
    for _ in 0..<Int.random(in: isSnapshot ? 0...4 : 1...4, using: &random) {
        changes.append(
            BookChange(
                instrument: InstrumentID(3), kind: .level,
                side: Bool.random(using: &random) ? .buy : .sell,
                price: Price(attos: amount(&random, 1)),
                quantity: Quantity(attos: amount(&random, 0)),
                endsMessage: false, venueTime: venue, receiveTime: receive))
    }
    changes[changes.count - 1].endsMessage = true
    return changes
}
