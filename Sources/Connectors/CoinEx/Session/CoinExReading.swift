public import AccountSession
internal import TradingModel
public import VenueSessions
public import WireText

/// What CoinEx says, in our words.
extension CoinExSession {
    /// What a reply says.
    ///
    /// - Parameter isStop: whether what it changed is a stop order that waits.
    public func read(
        _ reply: HTTPReply, to ask: Ask, isStop: Bool
    ) throws(BadMessage) -> Answer {
        let body = reply.body
        return switch ask {
        case .time: answer(try CoinExReplies.time(body)) { .time($0.time) }
        case .instruments(let segment):
            answer(try CoinExReplies.markets(body)) { .instruments(news($0, segment)) }
        case .fees:
            answer(try CoinExReplies.fees(body)) {
                .fees(AccountFees(maker: $0.maker, taker: $0.taker))
            }
        case .leverage: answer(try CoinExReplies.leverage(body)) { _ in .done }
        case .mayTrade, .cancelByClientID: answer(try CoinExReplies.done(body)) { _ in .done }
        case .balances(let segment):
            answer(try CoinExReplies.balances(body)) { .balances(facts($0, segment)) }
        case .positions(let place):
            answer(try CoinExReplies.positions(body)) { page in
                .positions(rows(page, place) { fact($0) })
            }
        case .funding:
            answer(try CoinExReplies.fundings(body)) { .fundings($0.elements.map { fact($0) }) }
        default: try readAboutOrders(body, to: ask, isStop: isStop)
        }
    }

    private func readAboutOrders(
        _ body: [UInt8], to ask: Ask, isStop: Bool
    ) throws(BadMessage) -> Answer {
        switch ask {
        case .place where isStop, .amend where isStop:
            return answer(try CoinExReplies.stopReference(body)) { .stop(.number($0.id)) }
        case .cancel where isStop: return answer(try CoinExReplies.done(body)) { _ in .done }
        case .openOrders(.segment(let segment), let place):
            return answer(try CoinExReplies.orders(body)) { .orders(orders($0, segment, place)) }
        case .openStops(.segment(let segment), let place):
            return answer(try CoinExReplies.stops(body)) { .stops(stops($0, segment, place)) }
        case .executions(let index, let place):
            let segment = core.markets[index].segment
            return answer(try CoinExReplies.ownDeals(body)) {
                .executions(deals($0, segment, place))
            }
        default: break
        }
        guard let segment = core.segment(of: ask) else {
            throw BadMessage("it answers nothing that was asked")
        }
        switch ask {
        case .executionsOf(_, _, let place):
            return answer(try CoinExReplies.ownDeals(body)) {
                .executions(deals($0, segment, place))
            }
        case .findOpen, .findFinished:
            return answer(try CoinExReplies.orders(body)) { .orders(orders($0, segment, .first)) }
        case .findOpenStop, .findFinishedStop:
            return answer(try CoinExReplies.stops(body)) { .stops(stops($0, segment, .first)) }
        default: return answer(try CoinExReplies.order(body)) { .order(fact($0, segment)) }
        }
    }

    public func rateNews(in reply: HTTPReply) -> RateNews {
        var news = RateNews(remaining: reply.header("X-RateLimit-Remaining").flatMap { Int($0) })
        if reply.status == 429 {
            news.retryAfter = reply.header("Retry-After").flatMap { Int64($0) }.map {
                min(max($0, 1), 60) * second
            }
        }
        for (hours, header) in Self.longLimits {
            guard let left = reply.header(header).flatMap({ Int($0) }), left <= 0 else { continue }
            news.warnings.append(
                "the venue slows this account's orders down: its \(hours) limit is used up")
        }
        return news
    }

    private static let longLimits = ["1H", "4H", "8H", "24H"].map {
        ($0, "X-RateLimit-LongPeriod-\($0)-Remaining")
    }

    private func answer<Payload>(_ reply: Reply<Payload>, _ what: (Payload) -> Answer) -> Answer {
        switch reply {
        case .success(let payload): what(payload)
        case .failure(let refusal): .refused(refusal.inOurWords)
        }
    }

    // MARK: - Lists

    private func rows<Wire, Fact>(
        _ page: Page<Wire>, _ place: PagePlace, _ fact: (Wire) -> Fact?
    ) -> Rows<Fact> {
        Rows(page.elements.compactMap(fact), next: page.hasNext ? place.next : nil)
    }

    private func orders(
        _ page: Page<WireOrder>, _ segment: Segment, _ place: PagePlace
    ) -> Rows<OrderFact> {
        rows(page, place) { $0.marginMarket == nil ? fact($0, segment) : nil }
    }

    private func stops(
        _ page: Page<WireStop>, _ segment: Segment, _ place: PagePlace
    ) -> Rows<StopFact> {
        rows(page, place) { wire in
            guard wire.marginMarket == nil else { return nil }
            return fact(wire, segment, wire.status == "cancel" ? .cancelled : .waiting)
        }
    }

    private func deals(
        _ page: Page<WireDeal>, _ segment: Segment, _ place: PagePlace
    ) -> Rows<ExecutionFact> {
        rows(page, place) { $0.marginMarket == nil ? fact($0, segment) : nil }
    }

    /// What the venue lists of the markets in use.
    private func news(_ infos: [MarketInfo], _ segment: Segment) -> [InstrumentID: InstrumentNews] {
        var news: [InstrumentID: InstrumentNews] = [:]
        for index in core.markets.indices where core.markets[index].segment == segment {
            let symbol = core.markets[index].symbol
            let info = infos.first { CoinExInstruments.symbol(of: $0, segment) == symbol }
            guard let info else {
                news[index] = .missing(nearest: CoinExInstruments.nearest(to: symbol, among: infos))
                continue
            }
            do throws(BadMessage) {
                let instrument = try CoinExInstruments.instrument(
                    index, symbol, info, fees: nil)
                news[index] = .listed(
                    ListedInstrument(
                        instrument: instrument, isTradable: info.isTradable,
                        leverages: info.leverages))
            } catch {
                news[index] = .unusable(reason: error.reason)
            }
        }
        return news
    }

    // MARK: - Facts

    /// - Parameter standing: as a push says it; nil: as the row does.
    func fact(
        _ wire: WireOrder, _ segment: Segment, _ standing: OrderFact.Standing? = nil
    ) -> OrderFact {
        let index = core.markets.index(wire.market, segment)
        // Never of ours, which say their unit.
        let countsInQuote =
            segment == .spot && wire.type == "market" && wire.unit != nil
            && wire.unit == index.map { core.markets[$0].symbol.quote.code }
        return OrderFact(
            segment: segment, id: .number(wire.id), clientID: wire.clientID.map { .text($0) },
            instrument: index, side: wire.side, standing: standing ?? wire.standing,
            price: wire.price, amount: wire.amount, unfilled: wire.unfilled, filled: wire.filled,
            isWhole: wire.isComplete(countsInQuote: countsInQuote),
            cannotRest: ["market", "ioc", "fok"].contains(wire.type), makerFee: wire.makerFee,
            takerFee: wire.takerFee, createdAt: wire.createdAt, updatedAt: wire.updatedAt)
    }

    private func fact(
        _ wire: WireStop, _ segment: Segment, _ standing: StopFact.Standing
    ) -> StopFact {
        StopFact(
            segment: segment, id: .number(wire.id), clientID: wire.clientID.map { .text($0) },
            instrument: core.markets.index(wire.market, segment), side: wire.side,
            standing: standing,
            amount: wire.amount, price: wire.price, trigger: wire.triggerPrice,
            waitsForHigher: wire.waitsForHigher, updatedAt: wire.updatedAt)
    }

    private func fact(_ wire: WireDeal, _ segment: Segment) -> ExecutionFact {
        ExecutionFact(
            segment: segment, id: .number(wire.id), orderID: .number(wire.orderID),
            clientID: wire.clientID.map { .text($0) }, side: wire.side, price: wire.price,
            quantity: wire.quantity, liquidity: wire.liquidity, fee: wire.fee,
            feeCurrency: wire.feeCurrency.map { Currency($0) }, venueTime: wire.createdAt)
    }

    func facts(_ list: [WireBalance], _ segment: Segment) -> [BalanceFact] {
        list.filter { $0.marginMarket == nil }.map { wire in
            BalanceFact(
                segment: segment, currency: Currency(wire.currency), total: wire.total,
                available: wire.available, venueTime: wire.updatedAt)
        }
    }

    private func fact(_ wire: WirePosition, forcedBy reason: String? = nil) -> PositionFact {
        PositionFact(
            market: wire.market, instrument: core.markets.index(wire.market, .futures),
            net: wire.net,
            averagePrice: wire.entryPrice, liquidationPrice: wire.liquidationPrice,
            leverage: wire.leverage, forcedBy: reason, venueTime: wire.updatedAt)
    }

    private func fact(_ wire: WireFunding) -> FundingFact {
        FundingFact(
            instrument: core.markets.index(wire.market, .futures), rate: wire.rate,
            price: wire.price,
            size: wire.size, side: wire.side, venueTime: wire.createdAt)
    }

    // MARK: - Pushes about the account; those of isolated margin accounts are another account's

    mutating func received(_ push: OrderPush, _ segment: Segment) {
        guard push.order.marginMarket == nil else { return }
        core.pushed(fact(push.order, segment, push.standing))
    }

    mutating func received(_ push: StopPush, _ segment: Segment) {
        guard push.stop.marginMarket == nil else { return }
        core.pushed(fact(push.stop, segment, push.standing))
    }

    mutating func received(_ deal: WireDeal, _ segment: Segment) {
        guard deal.marginMarket == nil else { return }
        core.pushed(fact(deal, segment))
    }

    mutating func received(_ push: PositionPush) {
        core.pushed(fact(push.position, forcedBy: push.isForced ? push.event : nil))
    }
}

extension WireOrder {
    /// Only the answers to questions for an order's status say it.
    fileprivate var standing: OrderFact.Standing {
        switch status {
        case .open, .partFilled: .working
        case .filled, .partCanceled, .canceled: .left
        case nil: .unclear
        }
    }
}

extension OrderPush {
    fileprivate var standing: OrderFact.Standing {
        switch event {
        case .put, .update: .working
        case .modify: .amended
        case .finish: .left
        case .other: .unclear
        }
    }
}

extension StopPush {
    fileprivate var standing: StopFact.Standing {
        switch event {
        case .put: .waiting
        case .active: stop.status == "active_fail" ? .failed : .woken
        case .cancel: .cancelled
        case .other(let name): .unclear(name)
        }
    }
}

extension VenueRefusal {
    /// The same on a socket, whose codes are others.
    var onSocket: Refusal { Refusal(Self.socketKind(code), description) }

    var inOurWords: Refusal {
        Refusal(kind, description, advice: advice, cause: cause)
    }
}
