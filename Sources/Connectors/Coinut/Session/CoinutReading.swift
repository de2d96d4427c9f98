public import AccountSession
internal import TradingCore
internal import TradingModel
public import VenueSessions
public import WireText

/// What Coinut says, in our words.
extension CoinutSession {
    /// What a reply over HTTP says: of what must be known before there is a socket.
    public func read(
        _ reply: HTTPReply, to ask: Ask, isStop: Bool
    ) throws(BadMessage) -> Answer {
        let frame = try CoinutFrame(parsing: reply.body)
        guard let content = frame.messages.first?.content else {
            throw frame.unread.first ?? BadMessage("it is empty")
        }
        if case .refused(let refusal) = content { return .refused(refusal.inOurWords) }
        guard let answer = answer(content, to: ask) else {
            throw BadMessage("it answers nothing that was asked")
        }
        return answer
    }

    public func rateNews(in reply: HTTPReply) -> RateNews { RateNews() }

    /// What a message says to what was asked; nil: it cannot be the answer.
    func answer(_ content: CoinutMessage.Content, to ask: Ask) -> Answer? {
        switch (ask, content) {
        case (.instruments, .instruments(let list)): .instruments(news(list))
        case (.time, .tick(let tick)): tick.time.map { Answer.time($0) } ?? .done
        case (.balances, .balances(let list)): .balances(facts(list))
        case (.openOrders, .openOrders(let list)), (.findOpen, .openOrders(let list)):
            .orders(Rows(list.orders.map { fact($0, .working) }, next: nil))
        case (.executions(_, let place), .fills(let page)),
            (.executionsOf(_, _, let place), .fills(let page)):
            .executions(rows(page, place, ask))
        case (.findFinished, .fills(let page)): .executions(rows(page, .first, ask))
        // It says nothing of what was filled before.
        case (.cancel, .cancelled(let cancelled)), (.cancelByClientID, .cancelled(let cancelled)):
            core.order(of: ask)?.venueID == .number(cancelled.order.value) ? .done : nil
        default: nil
        }
    }

    // MARK: - Instruments and balances

    private func news(_ list: InstrumentList) -> [InstrumentID: InstrumentNews] {
        var news: [InstrumentID: InstrumentNews] = [:]
        for index in core.markets.indices {
            let symbol = core.markets[index].symbol
            guard
                let info = list.instruments.first(where: {
                    CoinutInstruments.symbol(of: $0) == symbol
                })
            else {
                news[index] = .missing(nearest: CoinutInstruments.nearest(to: symbol, in: list))
                continue
            }
            do throws(BadMessage) {
                let instrument = try CoinutInstruments.instrument(
                    index, symbol, info)
                memory.learn(info.number, of: index)
                news[index] = .listed(
                    ListedInstrument(instrument: instrument, isTradable: true, leverages: []))
            } catch {
                news[index] = .unusable(reason: error.reason)
            }
        }
        return news
    }

    private func facts(_ list: BalanceList) -> [BalanceFact] {
        list.balances.map { shown in
            BalanceFact(
                segment: .spot, currency: Currency(shown.currency), total: shown.amount,
                available: shown.amount, venueTime: nil)
        }
    }

    // MARK: - Orders

    func fact(_ shown: ShownOrder, _ standing: OrderFact.Standing) -> OrderFact {
        OrderFact(
            segment: .spot, id: .number(shown.order.value), clientID: client(shown),
            instrument: index(of: shown.instrument), side: shown.side, standing: standing,
            price: shown.price, amount: shown.quantity, unfilled: shown.open,
            filled: shown.filled, isWhole: shown.open == .zero, cannotRest: shown.price == nil,
            createdAt: shown.time, updatedAt: nil)
    }

    func fact(_ fill: OwnFill) -> ExecutionFact {
        // Makers pay nothing.
        let isPaid = fill.commission.map { $0.amount > .zero }
        return ExecutionFact(
            segment: .spot, id: .number(fill.transaction.value),
            orderID: .number(fill.shown.order.value), clientID: client(fill.shown),
            side: fill.shown.side, price: fill.price, quantity: fill.quantity,
            liquidity: isPaid.map { $0 ? Liquidity.taker : .maker }, fee: fill.commission?.amount,
            feeCurrency: fill.commission.map { Currency($0.currency) }, venueTime: fill.time)
    }

    /// Our own number of an order, as far as it means the order that we gave it: others give numbers
    /// too, and they come again.
    private func client(_ shown: ShownOrder) -> WireID? {
        guard let number = shown.client?.value else { return nil }
        guard let order = core.order(numbered: number) else { return .number(number) }
        let id = WireID.number(shown.order.value)
        let isOurs =
            order.instrument == index(of: shown.instrument) && order.request.side == shown.side
            && order.request.quantity == shown.quantity && (order.venueID ?? id) == id
            && (order.isRestored || (shown.time ?? .distantFuture) >= earliest(order.createdAt))
        return isOurs ? .number(number) : nil
    }

    /// By the venue's clock, which may be read wrong at first; numbers come again after days.
    private func earliest(_ madeAt: Timestamp) -> Timestamp {
        core.venueTime(at: madeAt).advanced(byNanoseconds: -3_600 * second)
    }

    /// What all that was said to an order so far answers; nil: more is to come.
    func said(by answer: OrderAnswer) -> Answer? {
        let newest = answer.fills.last?.shown
        switch answer.standing {
        case .awaited: return nil
        case .working:
            return (answer.accepted?.shown ?? newest).map { Answer.order(fact($0, .working)) }
        case .filled: return newest.map { Answer.order(fact($0, .ended(.filled))) }
        case .rejected(let words): return .refused(Self.refusal(words).inOurWords)
        case .ended(let words):
            let reason = Self.refusal(words).kind.advice
            return (newest ?? answer.rejected?.shown).map {
                Answer.order(fact($0, .ended(.expired(reason: reason))))
            }
        }
    }

    private static func refusal(_ words: [StatusWord]) -> CoinutRefusal {
        CoinutRefusal(reply: nil, words: words, message: nil, order: nil)
    }

    /// News of an order that answers nothing: it is on its way for long, or of another connection.
    mutating func pushed(_ content: CoinutMessage.Content) {
        switch content {
        case .accepted(let accepted): core.pushed(fact(accepted.shown, .working))
        case .filled(let fill):
            let isOver = fill.shown.open == .zero
            core.pushed(fact(fill.shown, isOver ? .left : .unclear))
        case .rejected(let rejected):
            let reason = Self.refusal(rejected.reasons).kind.advice
            core.pushed(fact(rejected.shown, .ended(.expired(reason: reason))))
        default: break
        }
    }

    // MARK: - Executions

    /// A page of an instrument's executions, newest first: pages are asked for until one reaches back
    /// behind what was asked.
    private func rows(_ page: FillPage, _ place: PagePlace, _ ask: Ask) -> Rows<ExecutionFact> {
        let oldest = page.fills.compactMap(\.time).min() ?? .distantFuture
        let isBehind = core.beginning(of: ask).map { oldest < $0 } ?? false
        let next = isBehind ? nil : page.next(after: place.start, limit: CoinutLimits.pageSize)
        return Rows(
            page.fills.map { fact($0) },
            next: next.map { PagePlace(number: place.number + 1, mark: String($0)) })
    }
}

extension CoinutMessage.Content {
    /// The order that it is about; nil: it is no news of one.
    var shown: ShownOrder? {
        switch self {
        case .accepted(let accepted): accepted.shown
        case .rejected(let rejected): rejected.shown
        case .filled(let fill): fill.shown
        default: nil
        }
    }
}

extension CoinutRefusal {
    var inOurWords: Refusal {
        Refusal(inOurKind, description, advice: kind.advice, cause: kind.cause)
    }

    private var inOurKind: RefusalKind {
        switch kind {
        case .rateLimit: .rateLimit
        case .unknownOutcome: .unknownOutcome
        // Not carried out: a question is asked again, an order is the strategy's to repeat.
        case .nonce: .busy
        case .clientNumber: .duplicateID
        case .unknownOrder: .unknownOrder
        case .incorrect, .liquidity: .incorrect
        case .funds: .funds
        case .marketClosed: .marketClosed
        case .account: words.contains(CoinutAssumptions.wantsLogin) ? .notSignedIn : .account
        case .undocumented: .undocumented
        }
    }
}
