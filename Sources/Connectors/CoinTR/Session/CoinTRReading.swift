public import AccountSession
internal import TradingModel
public import VenueSessions
public import WireText

/// What CoinTR says, in our words.
extension CoinTRSession {
    /// What a reply says; refusals have a body as answers have.
    public func read(
        _ reply: HTTPReply, to ask: Ask, isStop: Bool
    ) throws(BadMessage) -> Answer {
        let body = reply.body
        return switch ask {
        case .time: try time(reply)
        case .instruments(let segment):
            answer(try CoinTRReplies.instruments(body), reply) { .instruments(news($0, segment)) }
        case .fees(let index): try fees(reply, index)
        case .mode: answer(try CoinTRReplies.positionMode(body), reply) { Self.verdict(on: $0) }
        case .leverage, .mayTrade: answer(try CoinTRReplies.done(body), reply) { _ in .done }
        case .balances(let segment):
            answer(try CoinTRReplies.balances(body), reply) {
                .balances(facts($0, segment, nil))
            }
        case .positions:
            answer(try CoinTRReplies.positions(body), reply) {
                .positions(Rows(facts($0, nil), next: nil))
            }
        case .executions(let index, let place):
            try executions(reply, ask, index, place)
        case .openOrders(.segment(let segment), _):
            answer(try CoinTRReplies.orders(body), reply) { page in
                .orders(Rows(page.elements.map { fact($0, segment, nil) }, next: nil))
            }
        default: try readAboutOrder(reply, to: ask)
        }
    }

    private func readAboutOrder(
        _ reply: HTTPReply, to ask: Ask
    ) throws(BadMessage) -> Answer {
        guard let order = core.order(of: ask) else {
            throw BadMessage("it answers nothing that was asked")
        }
        let segment = core.markets[order.instrument].segment
        switch ask {
        case .place: return try placed(reply, order, segment)
        case .cancel, .cancelByClientID: return try cancelled(reply)
        case .executionsOf(_, _, let place):
            return try executions(reply, ask, order.instrument, place)
        case .status(_, let id):
            return answer(try CoinTRReplies.orders(reply.body), reply) { page in
                page.elements.first { WireID($0.id) == id }
                    .map { .order(fact($0, segment, nil)) }
                    ?? .refused(Refusal(.unknownOrder, "the venue shows no order \(id)"))
            }
        default:
            return answer(try CoinTRReplies.orders(reply.body), reply) { page in
                page.elements.last { $0.clientID.map { .text($0) } == order.clientID }
                    .map { .order(fact($0, segment, nil)) } ?? .orders(.none)
            }
        }
    }

    public func rateNews(in reply: HTTPReply) -> RateNews {
        guard reply.status == 429 else { return RateNews() }
        return RateNews(
            retryAfter: reply.header("Retry-After").flatMap { Int64($0) }.map {
                min(max($0, 1), 60) * second
            })
    }

    private func answer<Payload>(
        _ reply: Reply<Payload>, _ http: HTTPReply, as kind: RefusalKind? = nil,
        _ what: (Payload) -> Answer
    ) -> Answer {
        switch reply {
        case .success(let payload): what(payload)
        case .failure(let refusal):
            .refused(Refusal(refusal, status: http.status, as: kind ?? refusal.kind))
        }
    }

    // MARK: - Before trading

    /// The venue answers no question for its time: the head of a reply tells the second, and a market's
    /// figures their own moment, which counts where the head confirms it.
    private func time(_ reply: HTTPReply) throws(BadMessage) -> Answer {
        let figures = try? CoinTRReplies.tickers(reply.body).get().first?.time
        guard let begun = reply.header("Date").flatMap({ httpDate($0) }) else {
            if let figures { return .time(figures) }
            return answer(try CoinTRReplies.done(reply.body), reply) { _ in
                .refused(Refusal(.undocumented, "the venue does not tell its time"))
            }
        }
        let span =
            begun.advanced(byNanoseconds: -second / 20)...begun.advanced(byNanoseconds: second)
        if let figures, span.contains(figures) { return .time(figures) }
        return .time(begun.advanced(byNanoseconds: second / 2))
    }

    private func fees(_ reply: HTTPReply, _ index: InstrumentID) throws(BadMessage) -> Answer {
        let name = core.markets[index].name
        switch try CoinTRReplies.fees(reply.body) {
        case .failure(let refusal):
            return .refused(Refusal(refusal, status: reply.status, as: refusal.kind))
        case .success(let rows):
            guard
                let row = rows.first(where: { $0.instrument == name })
                    ?? rows.first(where: { $0.instrument == "OTHERS" })
            else { throw BadMessage("it has no fees for \(name)") }
            return .fees(AccountFees(maker: row.maker, taker: row.taker))
        }
    }

    private static func verdict(on mode: PositionMode) -> Answer {
        switch mode {
        case .net: .done
        case .longShort:
            .unfit(
                "the futures account is in LONG_SHORT_MODE, in which an order does not say which of "
                    + "two positions it is for",
                toDo:
                    "close its positions and orders and set it to NET_MODE, in the venue's futures "
                    + "settings or with POST /v1/futures/account/set-position-mode")
        case .other(let word):
            .unfit(
                "the futures account counts positions in a way that is not known: `\(word)`",
                toDo: "set it to NET_MODE in the venue's futures settings")
        }
    }

    /// What the venue lists of the markets in use, which the requests are told, too.
    private func news(_ infos: [MarketInfo], _ segment: Segment) -> [InstrumentID: InstrumentNews] {
        var news: [InstrumentID: InstrumentNews] = [:]
        for index in core.markets.indices where core.markets[index].segment == segment {
            let symbol = core.markets[index].symbol
            guard let info = infos.first(where: { CoinTRInstruments.symbol(of: $0) == symbol })
            else {
                news[index] = .missing(nearest: CoinTRInstruments.nearest(to: symbol, among: infos))
                continue
            }
            do throws(BadMessage) {
                let instrument = try CoinTRInstruments.instrument(index, symbol, info)
                memory.learn(
                    CoinTRMemory.Market(
                        unit: SizeUnit(contract: info.contract?.value), tick: instrument.tick,
                        step: info.steps.first, ask: memory.market(index).ask),
                    of: index)
                let most = info.contract?.mostLeverage ?? 0  // not said: any is tried
                news[index] = .listed(
                    ListedInstrument(
                        instrument: instrument, isTradable: true,
                        leverages: most > 0 ? (1...min(most, 1_000)).map { String($0) } : []))
            } catch {
                news[index] = .unusable(reason: error.reason)
            }
        }
        return news
    }

    // MARK: - Orders

    private func placed(
        _ reply: HTTPReply, _ order: TrackedOrder, _ segment: Segment
    ) throws(BadMessage) -> Answer {
        switch try CoinTRReplies.reference(reply.body) {
        case .failure(let refusal):
            return .refused(Refusal(refusal, status: reply.status, as: refusal.kindForOrder))
        case .success(let reference):
            guard let id = reference.id else {
                throw BadMessage("it does not say which order was made")
            }
            return .order(fact(WireID(id), reference.state ?? .accepted, of: order, segment))
        }
    }

    /// The answer to an order: it says how it stands, and of what filled nothing.
    private func fact(
        _ id: WireID, _ state: OrderState, of order: TrackedOrder, _ segment: Segment
    ) -> OrderFact {
        let request = order.request
        let isFilled = state == .filled
        // How an order that ended otherwise stood then must be asked for.
        let standing = state.standing(wantsCause: false)
        return OrderFact(
            segment: segment, id: id, clientID: order.clientID, instrument: order.instrument,
            side: request.side, standing: standing.hasEnded && !isFilled ? .pending : standing,
            price: request.price, amount: request.quantity, unfilled: isFilled ? .zero : nil,
            filled: isFilled ? request.quantity : nil, isWhole: isFilled,
            cannotRest: request.price == nil || request.timeInForce != .gtc, createdAt: nil,
            updatedAt: nil)
    }

    private func cancelled(_ reply: HTTPReply) throws(BadMessage) -> Answer {
        switch try CoinTRReplies.reference(reply.body) {
        case .failure(let refusal):
            return .refused(Refusal(refusal, status: reply.status, as: refusal.kindForCancel))
        case .success(let reference):
            switch reference.state {
            case nil, .canceled, .expired, .stopped: return .done
            case let state?: throw BadMessage("the cancelled order is `\(state)`")
            }
        }
    }

    private func executions(
        _ reply: HTTPReply, _ ask: Ask, _ index: InstrumentID, _ place: PagePlace
    ) throws(BadMessage) -> Answer {
        let segment = core.markets[index].segment
        let page = try CoinTRReplies.fills(reply.body)
        return answer(page, reply) { page in
            if page.next == nil { memory.end(ask.ofFirstPage) }
            return .executions(
                Rows(
                    page.elements.map { fact($0, index, segment, nil) },
                    next: page.next.map { PagePlace(number: place.number + 1, mark: $0) }))
        }
    }

    func fact(_ wire: WireOrder, _ segment: Segment, _ pushedAt: Timestamp?) -> OrderFact {
        let index = wire.instrument.flatMap { core.markets.index($0, segment) }
        let unit = index.map { memory.market($0).unit } ?? .base
        let amount = wire.size.map { unit.base($0) }
        let filled = wire.filled.map { unit.base($0) }
        let isFilled = wire.state == .filled
        let unfilled = amount.flatMap { amount -> Quantity? in
            if isFilled { return .zero }
            return filled.map { $0 < amount ? amount - $0 : .zero }
        }
        return OrderFact(
            segment: segment, id: WireID(wire.id), clientID: wire.clientID.map { .text($0) },
            instrument: index, side: wire.side,
            standing: wire.state.standing(wantsCause: true, isPostOnly: wire.isPostOnly),
            // Of one that cannot rest it may be ours for a purchase at the market.
            price: wire.cannotRest ? nil : wire.price, amount: amount ?? .zero, unfilled: unfilled,
            filled: filled, isWhole: isFilled || unfilled == .zero, cannotRest: wire.cannotRest,
            createdAt: wire.createdAt, updatedAt: wire.updatedAt ?? pushedAt)
    }

    /// - Parameter pushedAt: where the execution itself has no time.
    func fact(
        _ wire: WireFill, _ index: InstrumentID, _ segment: Segment, _ pushedAt: Timestamp?
    ) -> ExecutionFact {
        ExecutionFact(
            segment: segment, id: WireID(wire.id), orderID: WireID(wire.orderID), clientID: nil,
            side: wire.side, price: wire.price,
            quantity: memory.market(index).unit.base(wire.size), liquidity: wire.liquidity,
            fee: wire.fee, feeCurrency: wire.feeCurrency.map { Currency($0) },
            venueTime: wire.time ?? pushedAt)
    }

    // MARK: - Holdings

    func facts(
        _ list: [WireBalance], _ segment: Segment, _ time: Timestamp?
    ) -> [BalanceFact] {
        list.map { wire in
            BalanceFact(
                segment: segment, currency: Currency(wire.currency), total: wire.total,
                available: wire.available, venueTime: time)
        }
    }

    /// One for each market: rows without a size are left of positions that there were.
    func facts(_ list: [WirePosition], _ time: Timestamp?) -> [PositionFact] {
        var facts: [PositionFact] = []
        for wire in list {
            let index = core.markets.index(wire.instrument, .futures)
            let unit = index.map { memory.market($0).unit } ?? .base
            let net = unit.base(wire.net)
            guard let place = facts.firstIndex(where: { $0.market == wire.instrument }) else {
                facts.append(fact(wire, index, net, time))
                continue
            }
            if facts[place].net == .zero {
                facts[place] = fact(wire, index, net, time)
            } else {
                facts[place].net += net
            }
        }
        return facts
    }

    private func fact(
        _ wire: WirePosition, _ index: InstrumentID?, _ net: SignedQuantity, _ time: Timestamp?
    ) -> PositionFact {
        PositionFact(
            market: wire.instrument, instrument: index, net: net, averagePrice: wire.averagePrice,
            liquidationPrice: wire.liquidationPrice, leverage: wire.leverage, venueTime: time)
    }
}

extension OrderState {
    /// - Parameter wantsCause: whether it matters why the venue ended it.
    fileprivate func standing(
        wantsCause: Bool, isPostOnly: Bool = false
    ) -> OrderFact.Standing {
        switch self {
        case .accepted, .submitting: .pending
        case .submitted, .partlyFilled, .canceling: .working
        case .filled: .left
        case .canceled: .ended(.cancelled)
        case .expired where isPostOnly:
            .ended(.expired(reason: "it would have taken liquidity, or the venue ended it"))
        case .expired:
            .ended(.expired(reason: "the rest could not fill at once, or the venue ended it"))
        case .stopped: .ended(.expired(reason: "the venue stopped it"))
        case .triggered: .ended(.expired(reason: "another order came of it"))
        case .other: .unclear
        }
    }
}

extension OrderFact.Standing {
    fileprivate var hasEnded: Bool {
        switch self {
        case .left, .ended: true
        case .pending, .working, .amended, .unclear: false
        }
    }
}
