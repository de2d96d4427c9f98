public import AccountSession
internal import TradingModel
public import VenueSessions
public import WireText

/// What Bitunix says, in our words.
extension BitunixSession {
    /// What a reply says; of the time only its headers do.
    public func read(
        _ reply: HTTPReply, to ask: Ask, isStop: Bool
    ) throws(BadMessage) -> Answer {
        guard case .time = ask else { return try read(reply.body, to: ask, isStop: isStop) }
        let time = try BitunixClock.time(of: reply)
        memory.readClock(at: core.now)
        return .time(time)
    }

    private func read(
        _ body: [UInt8], to ask: Ask, isStop: Bool
    ) throws(BadMessage) -> Answer {
        switch ask {
        case .instruments: answer(try BitunixReplies.pairs(body)) { .instruments(news($0)) }
        case .leverage: answer(try BitunixReplies.done(body)) { _ in .done }
        case .balances: answer(try BitunixReplies.account(body)) { balances($0) }
        case .positions: answer(try BitunixReplies.positions(body)) { positions($0) }
        case .funding(let index):
            answer(try BitunixReplies.positions(body)) { .fundings(charges($0, index)) }
        case .openOrders(_, let place):
            answer(try BitunixReplies.orders(body)) { .orders(rows($0, place) { fact($0) }) }
        case .findOpen, .findFinished:
            answer(try BitunixReplies.orders(body)) { page in
                .orders(Rows(page.elements.map { fact($0) }, next: nil))
            }
        case .executions(_, let place), .executionsOf(_, _, let place):
            answer(try BitunixReplies.trades(body)) { .executions(rows($0, place) { fact($0) }) }
        case .status: answer(try BitunixReplies.order(body)) { .order(fact($0)) }
        case .place, .amend: try readChange(body, ask)
        case .cancel, .cancelByClientID, .mayTrade:
            answer(try BitunixReplies.cancel(body)) { cancelled($0) }
        default: throw BadMessage("it answers nothing that was asked")
        }
    }

    public func rateNews(in reply: HTTPReply) -> RateNews {
        var news = RateNews()
        if reply.status == 429 {
            news.retryAfter = reply.header("Retry-After").flatMap { Int64($0) }.map {
                min(max($0, 1), 60) * second
            }
        }
        return news
    }

    private func answer<Payload>(_ reply: Reply<Payload>, _ what: (Payload) -> Answer) -> Answer {
        switch reply {
        case .success(let payload): what(payload)
        case .failure(let refusal): .refused(inOurWords(refusal))
        }
    }

    private func inOurWords(_ refusal: BitunixRefusal) -> Refusal {
        refusal.inOurWords(ofOldTime: memory.mayHaveOldClock(at: core.now))
    }

    /// What comes of pages that are asked for by how many rows lie before them.
    private func rows<Wire, Fact>(
        _ page: ListPage<Wire>, _ place: PagePlace, _ fact: (Wire) -> Fact
    ) -> Rows<Fact> {
        let read = (place.number - 1) * BitunixRequests.pageSize + page.elements.count
        let hasNext = !page.elements.isEmpty && Int64(read) < page.total
        return Rows(page.elements.map(fact), next: hasNext ? place.next : nil)
    }

    // MARK: - The account

    private func balances(_ account: WireAccount) -> Answer {
        guard !account.isHedged else {
            return .unfit(
                "the account keeps long and short positions apart (hedge mode)",
                toDo:
                    "close all positions and orders, set the position mode to one-way in the venue's "
                    + "futures settings, and start again")
        }
        return .balances([
            BalanceFact(
                segment: .futures, currency: Currency(account.currency), total: account.total,
                available: account.available, venueTime: nil)
        ])
    }

    private func positions(_ list: [WirePosition]) -> Answer {
        memory.charged(known(list), areAll: true)
        return .positions(Rows(list.map { fact($0) }, next: nil))
    }

    private func known(_ list: [WirePosition]) -> [(InstrumentID, WirePosition)] {
        list.compactMap { wire in
            core.markets.index(wire.market, .futures).map { ($0, wire) }
        }
    }

    /// What a settlement charged, once positions show it.
    private func charges(_ list: [WirePosition], _ index: InstrumentID) -> [FundingFact] {
        memory.charged(known(list), areAll: false)
        guard let (settlement, charge) = memory.drainCharge(index) else { return [] }
        let net = list.first { $0.market == core.markets[index].name }?.net ?? .zero
        var fact = FundingFact(
            instrument: index, rate: settlement.rate, price: settlement.mark,
            size: net.magnitude, side: net.side, venueTime: settlement.time)
        fact.payment = charge
        return [fact]
    }

    func fact(_ wire: WirePosition) -> PositionFact {
        PositionFact(
            market: wire.market, instrument: core.markets.index(wire.market, .futures),
            net: wire.net, averagePrice: wire.averagePrice,
            liquidationPrice: wire.liquidationPrice, leverage: wire.leverage, venueTime: nil)
    }

    // MARK: - Instruments

    private func news(_ pairs: [TradingPair]) -> [InstrumentID: InstrumentNews] {
        var news: [InstrumentID: InstrumentNews] = [:]
        for index in core.markets.indices {
            let symbol = core.markets[index].symbol
            guard let pair = pairs.first(where: { BitunixInstruments.symbol(of: $0) == symbol })
            else {
                news[index] = .missing(
                    nearest: BitunixInstruments.nearest(to: symbol, among: pairs))
                continue
            }
            do throws(BadMessage) {
                news[index] = .listed(
                    ListedInstrument(
                        instrument: try BitunixInstruments.instrument(index, symbol, pair),
                        isTradable: pair.isTradable,
                        leverages: pair.leverages?.map { String($0) } ?? []))
            } catch {
                news[index] = .unusable(reason: error.reason)
            }
        }
        return news
    }

    // MARK: - Orders

    /// A reply to an order has its id and no more: how it stands pushes and questions tell.
    private func readChange(_ body: [UInt8], _ ask: Ask) throws(BadMessage) -> Answer {
        let reply = try BitunixReplies.reference(body)
        guard let order = core.order(of: ask) else {
            throw BadMessage("it answers nothing that was asked")
        }
        return answer(reply) { reference in
            if case .place = ask { memory.orderWasTaken(at: core.now) }
            return .order(fact(reference, order))
        }
    }

    private func fact(_ reference: OrderReference, _ order: TrackedOrder) -> OrderFact {
        let amend = order.amend
        let request = order.request
        return OrderFact(
            segment: .futures, id: WireID(reference.id), clientID: order.clientID,
            instrument: order.instrument, side: request.side, standing: .unclear,
            price: amend?.price ?? request.price, amount: amend?.quantity ?? request.quantity,
            unfilled: nil, filled: nil, isWhole: false, cannotRest: order.cannotRest,
            createdAt: nil,
            // What was pushed before it is older than the change, whatever our clock says of the venue's.
            updatedAt: amend.map { _ in core.venueTime.advanced(byNanoseconds: second) })
    }

    /// The venue's word for success is that it will cancel; each order has a word of its own.
    private func cancelled(_ reply: CancelReply) -> Answer {
        if let failure = reply.failures.first { return .refused(inOurWords(failure.refusal)) }
        return reply.taken > 0 ? .underWay : .refused(Self.isUnanswered)
    }

    private static let isUnanswered = Refusal(
        .unknownOutcome, "the reply to a cancel names no order")

    func fact(_ wire: WireOrder) -> OrderFact {
        let isFilled = wire.status == .filled
        let filled = wire.filled ?? (isFilled ? wire.quantity : nil)
        let unfilled = filled.map { $0 < wire.quantity ? wire.quantity - $0 : .zero }
        return OrderFact(
            segment: .futures, id: WireID(wire.id), clientID: wire.clientID.map { .text($0) },
            instrument: core.markets.index(wire.market, .futures), side: wire.side,
            standing: wire.status.standing, price: wire.price, amount: wire.quantity,
            unfilled: unfilled, filled: filled, isWhole: unfilled == .zero,
            cannotRest: wire.isImmediate, createdAt: wire.createdAt, updatedAt: wire.updatedAt)
    }

    private func fact(_ wire: WireTrade) -> ExecutionFact {
        ExecutionFact(
            segment: .futures, id: WireID(wire.id), orderID: WireID(wire.orderID),
            clientID: wire.clientID.map { .text($0) }, side: wire.side, price: wire.price,
            quantity: wire.quantity, liquidity: wire.liquidity, fee: wire.fee,
            feeCurrency: wire.feeCurrency.map { Currency($0) }, venueTime: wire.createdAt)
    }
}

extension WireStatus {
    fileprivate var standing: OrderFact.Standing {
        switch self {
        case .working, .partlyFilled: .working
        case .filled: .ended(.filled)
        case .cancelled, .partlyCancelled: .left
        case .cancelledByVenue: .ended(.expired(reason: "the venue cancelled it by itself"))
        case .expired: .ended(.expired(reason: "it expired at the venue"))
        // Not in the book yet, or nobody knows: the amounts tell.
        case .prepared, .unknown: .unclear
        }
    }
}

/// The venue has no clock to ask: the header `Date` of a reply tells the second.
enum BitunixClock {
    /// The middle of that second.
    static func time(of reply: HTTPReply) throws(BadMessage) -> Timestamp {
        guard let text = reply.header("Date"), let time = httpDate(text) else {
            throw BadMessage("its header `Date` tells no time")
        }
        return time.advanced(byNanoseconds: second / 2)
    }
}
