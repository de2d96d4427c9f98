public import AccountSession
internal import TradingModel
public import VenueSessions
public import WireText

/// What Coinpit says, in our words.
extension CoinpitSession {
    public func read(
        _ reply: HTTPReply, to ask: Ask, isStop: Bool
    ) throws(BadMessage) -> Answer {
        switch ask {
        case .time: return try shake(reply)
        case .instruments:
            return try answer(reply, WireContracts.self) { .instruments(news($0.contracts)) }
        case .balances: return try answer(reply, WireAccount.self) { .balances([balance($0)]) }
        case .positions:
            return try answer(reply, WireAccount.self) { account in
                .positions(Rows(account.positions.map { fact($0) }, next: nil))
            }
        case .openOrders:
            return try answer(reply, WireAccount.self) { account in
                .orders(Rows(account.orders.filter { $0.wasSent }.map { fact($0) }, next: nil))
            }
        case .findOpen, .findFinished:
            return try answer(reply, WireOrders.self) { list in
                .orders(Rows(list.orders.filter { $0.wasSent }.map { fact($0) }, next: nil))
            }
        case .executions, .executionsOf:
            return try answer(reply, WireExecutions.self) { list in
                .executions(Rows(list.executions.map { fact($0) }, next: nil))
            }
        case .status(_, let id):
            return try answer(reply, WireOrders.self) { list in
                list.orders.first { WireID($0.uuid.description) == id }.map { .order(fact($0)) }
                    ?? Self.nothing(id)
            }
        default: return try readChange(reply, ask)
        }
    }

    public func rateNews(in reply: HTTPReply) -> RateNews {
        guard reply.status == 429 else { return RateNews() }
        return RateNews(
            retryAfter: reply.header("Retry-After").flatMap { Int64($0) }.map {
                min(max($0, 1), 60) * second
            })
    }

    private static func nothing(_ id: WireID) -> Answer {
        .refused(Refusal(.unknownOrder, "the venue shows no order \(id)"))
    }

    private func answer<Value: WireValue>(
        _ reply: HTTPReply, _ type: Value.Type, _ what: (Value) -> Answer
    ) throws(BadMessage) -> Answer {
        switch try CoinpitReplies.value(type, reply) {
        case .success(let value): what(value)
        case .failure(let refusal): .refused(refusal.inOurWords)
        }
    }

    // MARK: - The handshake

    /// The venue's key, from which follows what requests are signed with, and in the headers its time.
    private func shake(_ reply: HTTPReply) throws(BadMessage) -> Answer {
        switch try CoinpitReplies.value(Handshake.self, reply) {
        case .failure(let refusal) where refusal.status == 404:
            return .refused(CoinpitRefusal(status: 401, message: refusal.message).inOurWords)
        case .failure(let refusal): return .refused(refusal.inOurWords)
        case .success(let handshake):
            guard handshake.userID == key.userID else {
                return .unfit(
                    "it takes the key for that of \(handshake.userID), and it is of \(key.userID)",
                    toDo: "check that the venue's address and the key are of the same network")
            }
            guard let secret = key.secret(with: handshake.serverKey) else {
                throw BadMessage("`serverPublicKey` is not a key")
            }
            memory.learn(secret)
            return .time(try CoinpitClock.time(of: reply))
        }
    }

    // MARK: - The account

    func balance(_ account: WireAccount) -> BalanceFact {
        BalanceFact(
            segment: .futures, currency: Currency("BTC"), total: account.total,
            available: account.available, venueTime: nil)
    }

    private func fact(_ position: WirePosition) -> PositionFact {
        PositionFact(
            market: position.contract,
            instrument: core.markets.index(position.contract, .futures), net: position.net,
            averagePrice: position.averagePrice, liquidationPrice: nil, leverage: nil,
            venueTime: nil)
    }

    /// - Parameter position: nil: flat.
    func fact(_ index: InstrumentID, _ position: WirePosition?) -> PositionFact {
        position.map { fact($0) }
            ?? PositionFact(
                market: core.markets[index].name, instrument: index, net: .zero, averagePrice: nil,
                liquidationPrice: nil, leverage: nil, venueTime: nil)
    }

    private func news(_ contracts: [WireContract]) -> [InstrumentID: InstrumentNews] {
        var news: [InstrumentID: InstrumentNews] = [:]
        for index in core.markets.indices {
            let name = core.markets[index].name
            guard let contract = contracts.first(where: { $0.name == name }) else {
                let isThere = contracts.contains { $0.name == CoinpitContracts.perpetual }
                news[index] = .missing(nearest: isThere ? [CoinpitContracts.symbol] : [])
                continue
            }
            do throws(BadMessage) {
                news[index] = .listed(
                    ListedInstrument(
                        instrument: try CoinpitContracts.instrument(
                            index, core.markets[index].symbol, contract),
                        isTradable: contract.isActive, leverages: []))
            } catch {
                news[index] = .unusable(reason: error.reason)
            }
        }
        return news
    }

    // MARK: - Orders

    private func readChange(_ reply: HTTPReply, _ ask: Ask) throws(BadMessage) -> Answer {
        guard let order = core.order(of: ask) else {
            throw BadMessage("it answers nothing that was asked")
        }
        switch ask {
        case .place:
            return try answer(reply, WireOrders.self) { list in
                list.orders.first { $0.clientID.map { .text($0) } == order.clientID }
                    .map { .order(fact($0)) } ?? .refused(Self.isUnanswered)
            }
        case .amend:
            return try answer(reply, WireOrders.self) { list in
                list.orders.first { WireID($0.uuid.description) == order.venueID }
                    .map { .order(fact($0)) } ?? .refused(Self.isUnanswered)
            }
        case .cancel, .cancelByClientID:
            return try answer(reply, WireIDs.self) { list in
                guard let id = order.venueID else { return .refused(Self.isUnanswered) }
                return list.ids.contains { WireID($0) == id } ? .underWay : Self.nothing(id)
            }
        default: throw BadMessage("it answers nothing that was asked")
        }
    }

    private static let isUnanswered = Refusal(
        .unknownOutcome, "the reply does not name the order")

    func fact(_ wire: WireOrder, isChange: Bool = false) -> OrderFact {
        let unfilled = wire.filled < wire.quantity ? wire.quantity - wire.filled : .zero
        return OrderFact(
            segment: .futures, id: WireID(wire.uuid.description),
            clientID: wire.clientID.map { .text($0) },
            instrument: core.markets.index(wire.contract, .futures), side: wire.side,
            standing: wire.standing(isChange: isChange),
            price: wire.type == .market ? nil : wire.price, amount: wire.quantity,
            unfilled: unfilled, filled: wire.filled, isWhole: unfilled == .zero,
            cannotRest: wire.type == .market, createdAt: wire.time, updatedAt: wire.time)
    }

    func fact(_ wire: WireExecution) -> ExecutionFact {
        ExecutionFact(
            segment: .futures, id: WireID(wire.id), orderID: WireID(wire.orderID), clientID: nil,
            side: wire.side, price: wire.price, quantity: wire.quantity, liquidity: wire.liquidity,
            fee: wire.fee, feeCurrency: Currency("BTC"), venueTime: wire.time)
    }
}

extension WireOrder {
    fileprivate func standing(isChange: Bool) -> OrderFact.Standing {
        switch status {
        case .open: isChange ? .amended : .working
        case .closed, .cancelled: filled < quantity ? .left : .ended(.filled)
        case .unknown: .unclear
        }
    }
}

/// The header `Server-Time` of a reply tells the venue's clock, in milliseconds.
enum CoinpitClock {
    static func time(of reply: HTTPReply) throws(BadMessage) -> Timestamp {
        guard let text = reply.header("Server-Time"), let milliseconds = Int64(text),
            milliseconds > 0, milliseconds <= Timestamp.last.nanoseconds / 1_000_000
        else { throw BadMessage("its header `Server-Time` tells no time") }
        return Timestamp(nanoseconds: milliseconds * 1_000_000)
    }
}
