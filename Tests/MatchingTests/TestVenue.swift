import Matching
import TestInstruments
import TradingCore
import TradingModel

/// A venue, a clock that the test turns by hand, and what the venue has told so far, as text.
final class TestVenue {
    let venue: MatchingVenue
    private(set) var now: Int64 = 0
    private var orderCount = 0
    /// What was told since the last ``told()``; balances apart.
    private var reports: [String] = []
    private(set) var allReports: [ExecutionReport] = []
    private(set) var balanceReports: [Balance] = []

    init(_ instruments: [Instrument] = [perpetual], _ settings: PaperSettings? = nil) {
        let settings =
            settings ?? PaperSettings(balances: plenty, leverage: 10, slippage: .ticks(1))
        venue = MatchingVenue(instruments: instruments, settings: settings)
    }

    var time: Timestamp { Timestamp(nanoseconds: now) }

    /// Everything told since the last call, such as `1 fill 2 @ 100.5 taker`.
    func told() -> [String] {
        defer { reports = [] }
        return reports
    }

    /// All fills so far with the moments that they are stamped with, such as `20: 1 fill 2 @ 100 taker`.
    var stampedFills: [String] {
        allReports.compactMap { report in
            guard case .fill = report.event else { return nil }
            return "\(report.venueTime.nanoseconds): \(report.order) \(text(of: report.event))"
        }
    }

    func balance(_ code: String) -> String {
        let balance = venue.account.balance(of: Currency(code))
        return balance.map { "\($0.total), \($0.available) available" } ?? "none"
    }

    var net: String { venue.account.positions[0].net.description }

    // MARK: - Market data

    /// A new depth snapshot; each level is price and quantity, the best first.
    func book(
        bids: [(String, String)] = [], asks: [(String, String)] = [], instrument: Int = 0
    ) {
        now += 1
        var changes = [change(.clear, .buy, .zero, .zero, instrument)]
        for (at, size) in bids {
            changes.append(change(.level, .buy, price(at), quantity(size), instrument))
        }
        for (at, size) in asks {
            changes.append(change(.level, .sell, price(at), quantity(size), instrument))
        }
        changes[changes.count - 1].endsMessage = true
        for change in changes { process(.book(change)) }
    }

    /// One level's new quantity, as a message of its own.
    func level(_ side: Side, _ at: String, _ size: String, stamped: Int64? = nil) {
        now += 1
        var change = change(.level, side, price(at), quantity(size), 0)
        if let stamped { change.venueTime = Timestamp(nanoseconds: stamped) }
        change.endsMessage = true
        process(.book(change))
    }

    func change(
        _ kind: BookChange.Kind, _ side: Side, _ at: Price, _ size: Quantity, _ instrument: Int
    ) -> BookChange {
        BookChange(
            instrument: InstrumentID(instrument), kind: kind, side: side, price: at, quantity: size,
            endsMessage: false, venueTime: time, receiveTime: time)
    }

    func trade(_ at: String, _ size: String, taker: Side?, stamped: Int64? = nil) {
        now += 1
        let stamp = stamped.map { Timestamp(nanoseconds: $0) } ?? time
        process(
            .trade(
                Trade(
                    instrument: InstrumentID(0), price: price(at), quantity: quantity(size),
                    taker: taker, venueTime: stamp, receiveTime: time)))
    }

    func quote(bid: (String, String)?, ask: (String, String)?) {
        now += 1
        let level = { (pair: (String, String)) in
            BookLevel(price: price(pair.0), quantity: quantity(pair.1))
        }
        process(
            .quote(
                Quote(
                    instrument: InstrumentID(0), bid: bid.map(level), ask: ask.map(level),
                    venueTime: time, receiveTime: time)))
    }

    /// A bar of 60 ns: it opens now and closes 60 later.
    func bar(_ open: String, high: String, low: String, close: String) {
        endBar(openedAt: now, open, high: high, low: low, close: close)
    }

    /// The bar of 60 ns that opened at `start` closes.
    func endBar(
        openedAt start: Int64, _ open: String, high: String, low: String, close: String
    ) {
        end(aBar(from: start, open, high: high, low: low, close: close))
    }

    /// A bar of 60 ns opens now, and the venue knows what will become of it.
    func beginBar(
        _ open: String, high: String, low: String, close: String, volume: String = "10",
        span: Int64 = 60
    ) -> Bar {
        let bar = aBar(
            from: now, open, high: high, low: low, close: close, volume: volume, span: span)
        venue.expect(bar)
        return bar
    }

    /// Time passes until a bar closes.
    func end(_ bar: Bar) {
        now = bar.closeTime.nanoseconds
        process(.bar(bar))
    }

    func aBar(
        from start: Int64, _ open: String, high: String, low: String, close: String,
        volume: String = "10", span: Int64 = 60
    ) -> Bar {
        Bar(
            instrument: InstrumentID(0), size: .time(nanoseconds: 60), open: price(open),
            high: price(high), low: price(low), close: price(close), volume: quantity(volume),
            openTime: Timestamp(nanoseconds: start),
            closeTime: Timestamp(nanoseconds: start + span))
    }

    func funding(_ share: String, mark: String) {
        now += 1
        process(
            .funding(
                Funding(
                    instrument: InstrumentID(0), rate: rate(share), mark: price(mark),
                    venueTime: time, receiveTime: time)))
    }

    func process(_ event: MarketEvent) {
        venue.process(event)
        settle()
    }

    // MARK: - Commands

    /// Sends an order and says under which number it goes.
    @discardableResult
    func order(
        _ side: Side, _ size: String, at limit: String? = nil, _ timeInForce: TimeInForce = .gtc,
        stop: String? = nil, postOnly: Bool = false, reduceOnly: Bool = false, instrument: Int = 0
    ) -> Int {
        orderCount += 1
        let request = OrderRequest(
            instrument: InstrumentID(instrument), side: side, quantity: quantity(size),
            price: limit.map { price($0) }, timeInForce: timeInForce, isPostOnly: postOnly,
            isReduceOnly: reduceOnly, stop: stop.map { price($0) })
        venue.submit(ClientOrderID("\(orderCount)"), request, at: time)
        settle()
        return orderCount
    }

    func cancel(_ number: Int) {
        venue.cancel(ClientOrderID("\(number)"), InstrumentID(0), at: time)
        settle()
    }

    func amend(_ number: Int, price newPrice: String? = nil, quantity newQuantity: String? = nil) {
        venue.amend(
            ClientOrderID("\(number)"), InstrumentID(0), price: newPrice.map { price($0) },
            quantity: newQuantity.map { quantity($0) }, at: time)
        settle()
    }

    // MARK: - Time

    func wait(_ nanoseconds: Int64) {
        now += nanoseconds
        settle()
    }

    private func settle() {
        venue.advance(to: time) { input in
            switch input {
            case .report(let report):
                reports.append("\(report.order) \(text(of: report.event))")
                allReports.append(report)
            case .balance(let balance, _): balanceReports.append(balance)
            default: break
            }
        }
    }
}

private func text(of event: OrderEvent) -> String {
    switch event {
    case .accepted: "accepted"
    case .rejected(let reason): "rejected: \(reason)"
    case .triggered: "triggered"
    case .fill(let fill): "fill \(fill.quantity) @ \(fill.price) \(fill.liquidity)"
    case .cancelRejected(let reason): "cancel rejected: \(reason)"
    case .cancelled: "cancelled"
    case .amended(let price, let quantity):
        "amended to \(quantity) @ \(price.map(\.description) ?? "market")"
    case .amendRejected(let reason): "amend rejected: \(reason)"
    case .expired(let reason): "expired: \(reason)"
    default: "\(event)"
    }
}
