internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Before any socket: the venue's clock, the markets' rules and the account's fees.
extension AccountCore {
    mutating func prepare() {
        for segment in markets.segments { knowDeals(segment) }
        var asks: [Ask] = [.time]
        asks += markets.segments.map { .instruments($0) }
        if plan.hasKey { asks += markets.segments.map { .mode($0) } }
        if plan.hasKey { asks += markets.indices.map { .fees($0) } }
        preparing = Set(asks)
        for ask in asks {
            // Fees of a market that does not exist would be refused for that.
            if case .fees = ask { continue }
            request(ask)
        }
    }

    mutating func prepared(_ ask: Ask) {
        // A venue whose clock only its markets tell can be asked for it now.
        if case .instruments = ask, clock.nanoseconds == nil, preparing.contains(ask),
            preparing.insert(.time).inserted
        {
            request(.time)
        }
        guard preparing.remove(ask) != nil, preparing.isEmpty, !hasInstruments else { return }
        makeInstruments()
    }

    private mutating func makeInstruments() {
        var instruments: [Instrument] = []
        for index in markets.indices {
            switch markets[index].news {
            case .listed(let listed):
                checkTradable(listed, index)
                checkLeverage(listed, index)
                instruments.append(
                    markets[index].fees.map { listed.instrument.paying($0) } ?? listed.instrument)
            case .unusable(let reason):
                fail(
                    .instrument(index), .other,
                    "the market list's entry for \(markets[index].symbol) cannot be used: "
                        + reason, "trade another instrument, and report this with the venue's entry"
                )
            case .missing, nil: break
            }
        }
        guard !hasFailed else { return }
        hasInstruments = true
        out.append(.instruments(instruments))
        for line in lines.ids { open(line) }
    }

    private mutating func checkTradable(_ listed: ListedInstrument, _ index: InstrumentID) {
        guard !listed.isTradable else { return }
        problem(
            .instrument(index), .maintenance,
            "\(markets[index].symbol) takes no orders over the API now",
            "its data can be watched; orders will be refused")
    }

    private mutating func checkLeverage(_ listed: ListedInstrument, _ index: InstrumentID) {
        let symbol = markets[index].symbol
        guard let wanted = plan.leverage[symbol], !listed.leverages.isEmpty,
            !listed.leverages.contains(String(wanted.times))
        else { return }
        fail(
            .leverage(index), .leverage, "\(symbol) has no leverage of \(wanted.times)",
            "set one of \(listed.leverages.joined(separator: ", "))")
    }

    mutating func received(_ news: [InstrumentID: InstrumentNews], of segment: Segment) {
        defer { askForFees(of: segment) }
        for index in markets.indices where markets[index].segment == segment {
            markets[index].news = news[index]
            guard case .missing(let nearest)? = news[index] else { continue }
            fail(
                .instrument(index), .instrument,
                "there is no instrument \(markets[index].symbol)",
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

    mutating func refusedPermission(_ flight: Flight, _ refusal: Refusal) {
        switch refusal.kind {
        case .account, .busy, .rateLimit, .expired, .unknownOutcome:
            refusedQuestion(flight, refusal)
        default:
            // It was let in, and found nothing to cancel.
            reconciled(flight.ask, askedAt: flight.sentAt)
        }
    }

    mutating func refusedLeverage(
        _ flight: Flight, _ refusal: Refusal, _ index: InstrumentID
    ) {
        switch refusal.kind {
        case .busy, .rateLimit, .expired, .unknownOutcome, .account:
            refusedQuestion(flight, refusal)
        default:
            let wanted = plan.leverage[markets[index].symbol]
            fail(
                .leverage(index), .leverage,
                "the venue refuses \(wanted?.description ?? "the leverage") for "
                    + "\(markets[index].symbol): \(refusal)",
                "close the market's positions and orders first, or set what it has now")
        }
    }
}
