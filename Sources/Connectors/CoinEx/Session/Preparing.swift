internal import AccountSession
internal import TradingModel
internal import VenueSessions
internal import WireText

/// Before any socket: the venue's clock, the markets' rules and the account's fees.
extension CoinExSession {
    mutating func prepare() {
        for segment in markets.segments { knowDeals(segment) }
        var asks: [Ask] = [.time]
        asks += markets.segments.map { .instruments($0) }
        if settings.key != nil { asks += markets.indices.map { .fees($0) } }
        preparing = Set(asks)
        for ask in asks {
            // Fees of a market that does not exist would be refused for that.
            if case .fees = ask { continue }
            request(ask)
        }
    }

    private mutating func prepared(_ ask: Ask) {
        guard preparing.remove(ask) != nil, preparing.isEmpty, !hasInstruments else { return }
        makeInstruments()
    }

    /// The first answer of all came with the connection's making, so half of its way says nothing:
    /// it is taken in, and asked once more before anything begins.
    private mutating func isFirstTime(_ flight: Flight, _ body: [UInt8]) throws(BadMessage)
        -> Bool
    {
        guard preparing.contains(.time), clock.nanoseconds == nil,
            case .success(let time) = try CoinExReplies.time(body)
        else { return false }
        receivedTime(flight, time)
        request(.time)
        return true
    }

    private mutating func makeInstruments() {
        var instruments: [Instrument] = []
        for index in markets.indices {
            guard let info = markets[index].info else { continue }
            do throws(BadMessage) {
                let instrument = try CoinExInstruments.instrument(
                    InstrumentID(index), settings.symbols[index], info,
                    fees: markets[index].fees)
                checkTradable(info, index)
                checkLeverage(info, index)
                instruments.append(instrument)
            } catch {
                fail(
                    .instrument(index), .other,
                    "the market list's entry for \(settings.symbols[index]) cannot be used: "
                        + error.reason,
                    "trade another instrument, and report this with the venue's entry")
            }
        }
        guard !hasFailed else { return }
        hasInstruments = true
        out.append(.instruments(instruments))
        for segment in markets.segments { open(segment) }
    }

    private mutating func checkTradable(_ info: MarketInfo, _ index: Int) {
        guard !info.isTradable else { return }
        problem(
            .instrument(index), .maintenance,
            "\(settings.symbols[index]) takes no orders over the API now",
            "its data can be watched; orders will be refused")
    }

    private mutating func checkLeverage(_ info: MarketInfo, _ index: Int) {
        let symbol = settings.symbols[index]
        guard let wanted = settings.leverage[symbol], !info.leverages.isEmpty,
            !info.leverages.contains(String(wanted.times))
        else { return }
        fail(
            .leverage(index), .leverage, "\(symbol) has no leverage of \(wanted.times)",
            "set one of \(info.leverages.joined(separator: ", "))")
    }

    /// Replies to everything that is not about one order.
    mutating func receivedGeneral(_ flight: Flight, _ body: [UInt8]) throws(BadMessage) {
        switch flight.ask {
        case .time:
            if try isFirstTime(flight, body) { return }
            try take(flight, CoinExReplies.time(body)) { $0.receivedTime(flight, $1) }
        case .instruments(let segment):
            try take(flight, CoinExReplies.markets(body)) { $0.received($1, of: segment) }
        case .fees(let index):
            try take(flight, CoinExReplies.fees(body)) { this, fees in
                this.markets[index].fees = fees
            }
        case .leverage(let index):
            switch try CoinExReplies.leverage(body) {
            case .success:
                succeeded(flight)
                reconciled(flight.ask, askedAt: flight.sentAt)
            case .failure(let refusal): refusedLeverage(flight, refusal, index)
            }
        case .mayTrade:
            switch try CoinExReplies.done(body) {
            case .success:
                succeeded(flight)
                reconciled(flight.ask, askedAt: flight.sentAt)
            case .failure(let refusal): refusedPermission(flight, refusal)
            }
        case .balances(let segment):
            try take(flight, CoinExReplies.balances(body)) {
                $0.received($1, segment, askedAt: flight.sentAt)
            }
        case .positions(let page):
            try take(flight, CoinExReplies.positions(body)) {
                $0.received($1, page: page, askedAt: flight.sentAt)
            }
        case .funding(let index):
            try take(flight, CoinExReplies.fundings(body)) {
                $0.received($1.elements, index, flight)
            }
        case .openOrders(let segment, let page):
            try take(flight, CoinExReplies.orders(body)) {
                $0.received($1, segment, page: page, askedAt: flight.sentAt)
            }
        case .openStops(let segment, let page):
            try take(flight, CoinExReplies.stops(body)) {
                $0.received($1, segment, page: page, askedAt: flight.sentAt)
            }
        case .executions(let index, let page):
            try take(flight, CoinExReplies.ownDeals(body)) {
                $0.receivedRecent($1, index, page: page)
            }
        default: break
        }
    }

    /// Takes a payload in, or deals with the refusal of what is no order.
    private mutating func take<Payload>(
        _ flight: Flight, _ reply: Reply<Payload>,
        _ body: (inout CoinExSession, Payload) -> Void
    ) throws(BadMessage) {
        switch reply {
        case .success(let payload):
            succeeded(flight)
            body(&self, payload)
            prepared(flight.ask)
            reconciled(flight.ask, askedAt: flight.sentAt)
        case .failure(let refusal): refused(flight, refusal)
        }
    }

    private mutating func received(_ infos: [MarketInfo], of segment: Segment) {
        defer { askForFees(of: segment) }
        for index in markets.indices where markets[index].segment == segment {
            let symbol = settings.symbols[index]
            markets[index].info = infos.first {
                CoinExInstruments.symbol(of: $0, segment) == symbol
            }
            guard markets[index].info == nil else { continue }
            let nearest = CoinExInstruments.nearest(to: symbol, among: infos)
            fail(
                .instrument(index), .instrument, "there is no instrument \(symbol)",
                nearest.isEmpty
                    ? "look for it with `runner venues`"
                    : "did you mean \(nearest.joined(separator: ", "))?")
        }
    }

    private mutating func askForFees(of segment: Segment) {
        for index in markets.indices
        where markets[index].segment == segment && preparing.contains(.fees(index)) {
            request(.fees(index))
        }
    }

    private mutating func refusedPermission(_ flight: Flight, _ refusal: VenueRefusal) {
        switch refusal.kind {
        case .account, .busy, .rateLimit, .expired, .unknownOutcome: refused(flight, refusal)
        default:
            // It was let in, and found nothing to cancel.
            reconciled(flight.ask, askedAt: flight.sentAt)
        }
    }

    private mutating func refusedLeverage(
        _ flight: Flight, _ refusal: VenueRefusal, _ index: Int
    ) {
        switch refusal.kind {
        case .busy, .rateLimit, .expired, .unknownOutcome, .account: refused(flight, refusal)
        default:
            let wanted = settings.leverage[settings.symbols[index]]
            fail(
                .leverage(index), .leverage,
                "the venue refuses \(wanted?.description ?? "the leverage") for "
                    + "\(settings.symbols[index]): \(refusal)",
                "close the market's positions and orders first, or set what it has now")
        }
    }
}
