import PropertyTesting
import RunInputs
import TestInstruments
import TradingCore
import TradingModel
import VenueSessions

/// What a run could be told, and what could come of it, of all kinds.
struct RandomItems {
    static let instruments = [
        instrument("test:BTC/USDT"), instrument("test:ETH/USDT:USDT", id: 1, tick: "0.5", lot: "1"),
        instrument("test:BTC/USD:BTC", id: 2, tick: "0.1", contractSize: "100"),
        Instrument(
            id: InstrumentID(3), symbol: inverse.symbol, kind: .quanto, tick: inverse.tick,
            lot: inverse.lot,
            unitFees: UnitFees(maker: money("-0.000025"), taker: money("0.0001")),
            keepsReduceOnly: false),
    ]
    private static let inverse = instrument("test:BTC/USD:BTC", tick: "0.1", lot: "1")
    static let header = RecordingHeader(
        program: "1.2.3", isLive: true, venue: "test", begun: Timestamp(nanoseconds: 5),
        orderIDPrefix: "mr9", patience: .usual, instruments: instruments)

    private var random: Seeded
    private var now: Int64 = 1_700_000_000_000_000_000
    private var level: Int64 = 600_000

    init(seed: UInt64) { random = Seeded(seed) }

    mutating func items(_ count: Int) -> [RecordedItem] { (0..<count).map { _ in item() } }

    mutating func item() -> RecordedItem {
        // Clocks go on, mostly.
        now &+=
            random.chance(2) ? Int64(bitPattern: random.next()) : Int64(random.int(0...2_000_000))
        return random.chance(20) ? .outcome(outcome()) : .call(call())
    }

    // MARK: - Calls

    private mutating func call() -> RunCall {
        switch random.int(0...19) {
        case 0...5: .input(.market(event()), at: at())
        case 6...9: .input(input(), at: at())
        case 10...12: .changes(message(), at: at())
        case 13: .changes((0..<random.int(0...4)).map { _ in change() }, at: at())
        case 14: .position(position(), at: at())
        case 15, 16: .pass(until: at())
        case 17: .pause(random.bool() ? text() : nil, at: at())
        case 18: random.bool() ? .start(at: at()) : .flatten(at: at())
        default: rare()
        }
    }

    private mutating func rare() -> RunCall {
        switch random.int(0...6) {
        case 4: .resume(earlierRun(), at: at())
        case 5: .reconciled(at: at())
        case 6:
            .limits(
                RunLimits(
                    general: limits(), bySymbol: ["a": limits()],
                    byVenue: random.bool() ? ["b": limits()] : [:]), at: at())
        case 0: .windDown(text(), at: at())
        case 1: .halt(text(), at: at())
        case 2: .rehearse(at: at())
        default: .swap(version: random.int(2...900), at: at())
        }
    }

    private mutating func earlierRun() -> EarlierRun {
        var earlier = EarlierRun()
        let states: [OrderState] = [
            .waiting(VenueOrderID(anID())),
            .working(VenueOrderID(anID()), filled: TestInstruments.quantity("1")),
            .unknown(.sent(isStop: false), amending: nil, reason: "killed"),
            .unknown(
                .working(nil, filled: TestInstruments.quantity("2")), amending: nil,
                reason: "killed"),
        ]
        for _ in 0..<random.int(0...3) {
            earlier.orders.append(
                EarlierRun.KnownOrder(
                    id: ClientOrderID(anID()), request: request(), state: random.pick(states),
                    filledNotional: Money(attos: random.attos()),
                    fills: [FillID(anID()), FillID(anID())], createdAt: at(), updatedAt: at()))
        }
        let instrument = id()
        earlier.positions[instrument] = Position(
            of: Self.instruments[instrument.index], net: SignedQuantity(attos: random.attos()),
            entryValue: Money(attos: random.attos()), realisedPnL: Money(attos: random.attos()),
            fees: .zero, funding: Money(attos: random.attos()))
        earlier.timers = [
            EarlierRun.KnownTimer(
                name: text(), due: at(), period: random.bool() ? 1_000_000_000 : nil)
        ]
        if random.bool() {
            earlier.counters = RiskCounters(
                day: Int64(random.int(0...30_000)), dayStart: Money(attos: random.attos()),
                peak: .zero)
        }
        return earlier
    }

    private mutating func limits() -> RiskLimits {
        var limits = RiskLimits()
        if random.bool() { limits.maxPosition = TestInstruments.quantity("3") }
        if random.bool() { limits.maxDailyLoss = Money(attos: random.attos()) }
        if random.bool() { limits.maxOpenOrders = random.int(0...99) }
        if random.bool() { limits.noSelfTrade = random.bool() }
        if random.bool() { limits.maxDataAge = Int64(random.int(1...1_000_000)) }
        return limits
    }

    private mutating func input() -> EngineInput {
        switch random.int(0...12) {
        case 0...4: .report(report())
        case 5:
            .balance(
                Balance(
                    currency: Currency(text()), total: Money(attos: random.attos()),
                    available: Money(attos: random.attos()), account: random.int(0...2)),
                at: at())
        case 6:
            .status(
                VenueStatus(
                    venue: "test", instrument: random.bool() ? id() : nil,
                    state: random.pick([.connected, .stale, .lost, .resynchronised]),
                    reason: text(), receiveTime: at()))
        case 7:
            .position(
                PositionCorrection(
                    instrument: id(), net: SignedQuantity(attos: random.attos()),
                    averagePrice: optionalPrice(), reason: text(), receiveTime: at()))
        case 8:
            .holding(
                VenueHolding(
                    instrument: id(), net: SignedQuantity(attos: random.attos()), venueTime: at(),
                    receiveTime: at()))
        case 12:
            .foreignOrders(
                (0..<random.int(0...3)).map { _ in
                    ForeignExposure(
                        instrument: id(), buying: Quantity(attos: abs(random.attos() / 2)),
                        selling: Quantity(attos: abs(random.attos() / 2)), bid: optionalPrice(),
                        ask: optionalPrice())
                }, at: at())
        case 9: random.bool() ? .time(at()) : .dataEnded(at: at())
        case 10: random.bool() ? .start(.first, at: at()) : .flatten(at: at())
        case 11: random.bool() ? .stop(reason: text(), at: at()) : .halt(reason: text(), at: at())
        default: .pause(reason: random.bool() ? text() : nil, at: at())
        }
    }

    private mutating func position() -> VenuePosition {
        VenuePosition(
            instrument: id(), net: SignedQuantity(attos: random.attos()),
            averagePrice: optionalPrice(), liquidationPrice: optionalPrice(),
            leverage: random.bool() ? "10" : nil, isForced: random.bool(),
            venueTime: random.bool() ? at() : nil, receiveTime: at())
    }

    private mutating func report() -> ExecutionReport {
        ExecutionReport(
            order: orderID(), instrument: id(), event: orderEvent(), venueTime: at(),
            receiveTime: at())
    }

    private mutating func orderEvent() -> OrderEvent {
        let reason = InternedText(text())
        switch random.int(0...14) {
        case 0: return .accepted(VenueOrderID(anID()))
        case 1: return .rejected(reason: reason)
        case 2: return .triggered
        case 3: return .cancelRequested
        case 4: return .cancelRejected(reason: reason)
        case 5: return .cancelled
        case 6: return .amendRequested(price: optionalPrice(), quantity: optionalQuantity())
        case 7: return .amended(price: optionalPrice(), quantity: quantity(of: 0))
        case 8: return .amendRejected(reason: reason)
        case 9: return .expired(reason: reason)
        case 10: return .lost(reason: reason)
        case 11: return .notFound
        default:
            return .fill(
                Fill(
                    id: anID(), price: price(of: 0), quantity: quantity(of: 0),
                    liquidity: random.bool() ? .maker : .taker, fee: Money(attos: random.attos()),
                    feeCurrency: Currency("USDT")))
        }
    }

    // MARK: - Market events

    private mutating func event() -> MarketEvent {
        let id = id()
        switch random.int(0...9) {
        case 0...4:
            return .trade(
                Trade(
                    instrument: id, price: price(of: id.index), quantity: quantity(of: id.index),
                    taker: random.pick([.buy, .sell, nil]), id: random.bool() ? random.next() : nil,
                    venueTime: at(), receiveTime: at()))
        case 5: return .book(change())
        case 6:
            return .quote(
                Quote(
                    instrument: id, bid: bookLevel(id), ask: bookLevel(id), venueTime: at(),
                    receiveTime: at()))
        case 7: return .bar(bar(id))
        case 8:
            return .ticker(
                Ticker(
                    instrument: id, last: optionalPrice(), mark: optionalPrice(),
                    index: optionalPrice(), volume24h: optionalQuantity(), venueTime: at(),
                    receiveTime: at()))
        default:
            return .funding(
                Funding(
                    instrument: id, rate: Rate(attos: random.attos()), mark: optionalPrice(),
                    payment: random.bool() ? Money(attos: random.attos()) : nil, venueTime: at(),
                    receiveTime: at()))
        }
    }

    private mutating func bookLevel(_ id: InstrumentID) -> BookLevel? {
        // A side without quantity is an empty side.
        let (price, quantity) = (price(of: id.index), quantity(of: id.index))
        return quantity == .zero ? nil : BookLevel(price: price, quantity: quantity)
    }

    private mutating func bar(_ id: InstrumentID) -> Bar {
        let size: BarSize
        switch random.int(0...2) {
        case 0: size = .time(nanoseconds: 60_000_000_000)
        case 1: size = .trades(random.int(1...1_000))
        default: size = .volume(quantity(of: id.index))
        }
        return Bar(
            instrument: id, size: size, open: price(of: id.index), high: price(of: id.index),
            low: price(of: id.index), close: price(of: id.index), volume: quantity(of: id.index),
            buyVolume: optionalQuantity(), tradeCount: random.bool() ? random.int(0...99) : nil,
            openTime: at(), closeTime: at())
    }

    private mutating func message() -> [BookChange] {
        let (id, venueTime, receiveTime) = (id(), at(), at())
        let count = random.int(1...20)
        return (0..<count).map { place in
            var change = change()
            change.instrument = id
            change.venueTime = venueTime
            change.receiveTime = receiveTime
            change.endsMessage = place == count - 1
            return change
        }
    }

    private mutating func change() -> BookChange {
        let id = id()
        let isClear = random.chance(10)
        return BookChange(
            instrument: id, kind: isClear ? .clear : .level, side: random.bool() ? .buy : .sell,
            price: isClear && random.bool() ? .zero : price(of: id.index),
            quantity: random.chance(30) ? .zero : quantity(of: id.index),
            endsMessage: random.bool(), venueTime: at(), receiveTime: at())
    }

    // MARK: - Outcomes

    private mutating func outcome() -> RunOutcome {
        switch random.int(0...5) {
        case 0: .intent(intent())
        case 1: .submitted(orderID(), request())
        case 2: .cancelled(orderID(), id())
        case 3: .amended(orderID(), id(), price: optionalPrice(), quantity: optionalQuantity())
        case 4:
            .refused(
                RiskRefusal(rule: random.pick(RiskRefusal.Rule.allCases), detail: text()), intent())
        default: .stopped(reason: text())
        }
    }

    private mutating func intent() -> Intent {
        switch random.int(0...5) {
        case 0: .place(request())
        case 1: .cancel(.order(orderID()))
        case 2:
            .cancel(
                .matching(
                    instrument: random.bool() ? id() : nil, tag: random.bool() ? tag() : nil))
        case 3: .amend(orderID(), price: optionalPrice(), quantity: optionalQuantity())
        case 4: .target(id(), SignedQuantity(attos: random.attos()))
        default: .close(id())
        }
    }

    private mutating func request() -> OrderRequest {
        OrderRequest(
            instrument: id(), side: random.bool() ? .buy : .sell, quantity: quantity(of: 0),
            price: optionalPrice(), timeInForce: random.pick(TimeInForce.allCases),
            isPostOnly: random.bool(), isReduceOnly: random.bool(), stop: optionalPrice(),
            tag: tag())
    }

    /// Bytes that are no text too.
    private mutating func tag() -> OrderTag {
        let bytes = (0..<random.int(0...63)).map { _ in UInt8(random.int(1...255)) }
        return unsafe bytes.withUnsafeBytes { unsafe OrderTag(upToZero: $0) }
    }

    // MARK: - Parts

    private mutating func at() -> Timestamp {
        if random.chance(2) { return random.bool() ? .distantPast : .distantFuture }
        return Timestamp(
            nanoseconds: now &+ (random.bool() ? 0 : Int64(random.int(-50_000_000...0))))
    }
    private mutating func id() -> InstrumentID { InstrumentID(random.int(0...2)) }
    private mutating func text() -> String {
        random.chance(90)
            ? random.pick(["", "USDT", "late", "it's \"so\"", "é🙂\n\u{0}"])
            : "figure \(random.int(0...9_999))"
    }
    private mutating func anID() -> String {
        switch random.int(0...5) {
        case 0: text()
        case 1: "0f8fad5b-d9cb-469f-a165-70867728950e"
        case 2: "t-00\(random.int(0...99))"
        case 3: "\(UInt64.max)"
        default: "mr9-\(random.int(0...100_000))"
        }
    }
    private mutating func orderID() -> ClientOrderID { ClientOrderID(anID()) }
    private mutating func price(of instrument: Int) -> Price {
        if random.chance(5) { return Price(attos: random.attos()) }
        level += Int64(random.int(-20...20))
        return Price(attos: Self.instruments[instrument].tick.attos * Int128(level))
    }
    private mutating func quantity(of instrument: Int) -> Quantity {
        if random.chance(5) { return Quantity(attos: abs(random.attos())) }
        return Quantity(
            attos: Self.instruments[instrument].lot.attos * Int128(random.int(0...5_000)))
    }
    private mutating func optionalPrice() -> Price? { random.bool() ? price(of: 0) : nil }
    private mutating func optionalQuantity() -> Quantity? { random.bool() ? quantity(of: 0) : nil }
}
