public import TradingModel

/// What each limit that was set said of one order when it passed them: for whoever asks why later.
public final class RiskFigures {
    public struct Figure: Hashable, Sendable {
        public let rule: RiskRefusal.Rule
        /// What the rule looked at, in words.
        public let text: String
        /// The limit as it is written; nil: the rule is on or off.
        public let limit: String?
    }

    /// Of which order; ids that no order has are never met.
    public let order: ClientOrderID
    /// In the order in which the rules are asked; nil: the order has not come yet.
    public internal(set) var figures: [Figure]?

    public init(of order: ClientOrderID) { self.order = order }
}

extension RiskGate {
    /// What each limit that is set says of an order that it has just approved, which is in no list yet.
    ///
    /// - Parameter losses: what is followed of the run's worth.
    func figures(
        of request: OrderRequest, given state: TradingState, _ losses: LossWatch?
    ) -> [RiskFigures.Figure] {
        let symbol = state.instruments[request.instrument.index].symbol
        let merged = limits(for: symbol)
        let candidate = Candidate(
            request: request, state: state, limits: orderLimits(for: symbol))
        var figures: [RiskFigures.Figure] = []
        for rule in RiskRule.all {
            guard let limit = rule.limit else { continue }
            let counted = counted(limit, candidate, symbol)
            figures += counted.map { .init(rule: rule.rule, text: $0.text, limit: $0.limit) }
            guard counted.isEmpty, let text = limit.text(in: merged) else { continue }
            let words: String
            switch rule.rule {
            case .maxOpenOrders, .maxOrdersPerSecond, .maxAccountNotional: continue
            case .maxCancelsPerSecond:
                words = "\(cancelCount(at: state.now)) cancels sent within a second"
            case .maxDailyLoss:
                words =
                    losses?.loss.map { "\($0) lost since 00:00 UTC" } ?? "nothing is counted yet"
            case .maxDrawdown:
                words =
                    losses?.fall.map { "\($0) less than at its best" } ?? "nothing is counted yet"
            default: words = candidate.figure(of: rule.rule)
            }
            let isFlag = rule.rule == .noCrossedBook || rule.rule == .noSelfTrade
            figures.append(.init(rule: rule.rule, text: words, limit: isFlag ? nil : text))
        }
        return figures
    }

    /// What is counted for the run against the general limit, and besides for the venue and the symbol against
    /// their own; empty: the limit is none of these, or not set.
    private func counted(
        _ limit: RiskLimit, _ candidate: borrowing Candidate, _ symbol: Symbol
    ) -> [(text: String, limit: String)] {
        let (state, own) = (candidate.state, candidate.request.instrument)
        let scopes: [(name: String, limits: RiskLimits?, counts: (InstrumentID) -> Bool)] = [
            ("", limits.general, { _ in true }),
            (
                " at \(symbol.venue)", limits.byVenue[symbol.venue],
                { state.instruments[$0.index].symbol.venue == symbol.venue }
            ),
            (" of \(symbol)", limits.bySymbol[symbol.description], { $0 == own }),
        ]
        var figures: [(text: String, limit: String)] = []
        for (name, limits, counts) in scopes {
            guard let text = limits.flatMap({ limit.text(in: $0) }) else { continue }
            switch limit.rule {
            case .maxOpenOrders:
                let open = state.orders.openSerials { counts($0.request.instrument) }
                figures.append(("\(open.count + 1) open\(name) with this one", text))
            case .maxOrdersPerSecond:
                let count = sentCount(at: state.now, of: counts)
                figures.append(("\(count)\(name) sent within a second with this one", text))
            case .maxAccountNotional:
                figures.append((candidate.notionalFigure(name, of: counts), text))
            default: break
            }
        }
        return figures
    }
}

extension Candidate {
    /// What a rule looks at, in words.
    fileprivate func figure(of rule: RiskRefusal.Rule) -> String {
        do throws(RiskRefusal) {
            return try figureOrRefusal(of: rule)
        } catch {
            return error.detail
        }
    }

    fileprivate func notionalFigure(
        _ place: String, of counts: (InstrumentID) -> Bool
    ) -> String {
        do throws(RiskRefusal) {
            guard let sum = try accountNotional(of: { counts(InstrumentID($0)) }) else {
                return "it adds nothing"
            }
            return "all positions\(place) \(sum) \(instrument.symbol.quote) with all open orders "
                + "filled"
        } catch {
            return error.detail
        }
    }

    private func figureOrRefusal(of rule: RiskRefusal.Rule) throws(RiskRefusal) -> String {
        switch rule {
        case .maxOrderQuantity: return "\(request.quantity) ordered"
        case .maxOrderNotional:
            return "worth \(try notional(at: worstPrice, .up)) \(instrument.symbol.quote) at most"
        case .priceBand: return distance(from: state.mid(instrument.id), "mid")
        case .lastPriceBand: return distance(from: state.marks(instrument.id).last, "last price")
        case .maxPosition: return positionFigure
        case .maxLeverage:
            guard let (sum, equity) = try marginedWorth() else { return "it adds nothing" }
            return
                "positions of \(sum) \(instrument.settle) with all open orders filled, an equity of "
                + "\(equity)"
        case .minFreeBalance:
            guard let free = try freeBalance() else { return "it takes nothing of the balance" }
            return "\(free) \(instrument.settle) free"
        case .maxConsecutiveRejects:
            let rejects = state.caution?.rejects[state.accounts[request.instrument]] ?? 0
            return "\(rejects) refused by the venue in a row"
        case .maxDataAge:
            guard let (what, age) = state.dataAge(of: instrument.id) else {
                return "nothing has come of the market yet"
            }
            return "the \(what) is \(inSeconds(age)) old"
        case .noCrossedBook:
            let top = state.top(instrument.id)
            guard let bid = top.bid?.price, let ask = top.ask?.price else {
                return "the book has not both sides"
            }
            return "\(bid) is bid and \(ask) asked"
        case .noSelfTrade: return "it meets no order of the account"
        default: return "it holds"
        }
    }

    private func distance(from market: Price?, _ name: String) -> String {
        guard let price = request.price else { return "it has no limit price" }
        if let stop = request.stop { return "limit \(price), stop \(stop)" }
        return market.map { "limit \(price), \(name) \($0)" } ?? "limit \(price), no \(name)"
    }

    private var positionFigure: String {
        let net = state.positions[request.instrument.index].net
        var text = "\(net) held"
        var starts: [Int128?] = [request.side == .buy ? net.attos : -net.attos]
        if let word = state.venueWords[request.instrument.index] {
            text += ", \(word.net) by the venue's word"
            starts.append(word.most(on: request.side, at: state.now))
        }
        let worst = starts.compactMap { $0.flatMap { worstPosition(from: $0) } }.max() ?? .zero
        return text + ", \(request.side == .buy ? worst : -worst) with all open orders filled"
    }
}
