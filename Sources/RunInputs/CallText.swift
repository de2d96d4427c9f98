internal import TradingCore
public import TradingModel
internal import VenueSessions

extension RunCall {
    /// What a run was told, for people: `trade coinex:BTC/USDT 0.2 @ 64000 (buy)`.
    public func inWords(_ instruments: [Instrument]) -> String {
        switch self {
        case .resume(let earlier, _):
            "goes on with \(counted(earlier.orders.count, "order")) and "
                + "\(counted(earlier.timers.count, "timer")) of an earlier run"
        case .reconciled: "the venue has told what there is"
        case .limits: "other limits hold"
        case .start: "the strategy may start"
        case .input(let input, _): input.inWords(instruments)
        case .changes(let changes, _):
            changes.first.map {
                "book \(instruments[$0.instrument].symbol): \(changes.count) changed levels"
            } ?? "no change of a book"
        case .position(let position, _):
            "the venue holds \(position.net) of \(instruments[position.instrument].symbol)"
                + (position.isForced ? ", by force" : "")
        case .pass: "time passes"
        case .pause(let reason, _): reason.map { "no new orders: \($0)" } ?? "new orders pass again"
        case .windDown(let reason, _): "the end: \(reason)"
        case .halt(let reason, _): "a halt: \(reason)"
        case .flatten: "all positions are to be closed"
        case .rehearse: "another version begins to be rehearsed"
        case .swap(let version, _): "version \(version) takes over"
        }
    }
}

extension EngineInput {
    fileprivate func inWords(_ instruments: [Instrument]) -> String {
        switch self {
        case .market(let event): event.inWords(instruments)
        case .report(let report): "\(report.order): \(report.event.inWords)"
        case .balance(let balance, _):
            "balance \(balance.currency): \(balance.total), \(balance.available) available"
        case .status(let status):
            (status.instrument.map { "\(instruments[$0].symbol)" } ?? status.venue)
                + " \(status.state.rawValue): \(status.reason)"
        case .position(let correction):
            "position \(instruments[correction.instrument].symbol) is \(correction.net): "
                + correction.reason
        case .holding(let holding):
            "the venue holds \(holding.net) of \(instruments[holding.instrument].symbol)"
        case .adopt(let order, _): "\(order.id) is adopted"
        case .foreignOrders(let exposures, _):
            exposures.isEmpty
                ? "others have no open orders"
                : "others have open: "
                    + exposures.map {
                        "\(instruments[$0.instrument].symbol) buy \($0.buying), sell \($0.selling)"
                    }.joined(separator: ", ")
        case .start: "start"
        case .time: "time passes"
        case .dataEnded: "the data ends"
        case .stop(let reason, _): "stop: \(reason)"
        case .reload: "another version"
        case .resume: "what an earlier run left"
        case .limits: "other limits hold"
        case .halt(let reason, _): "halt: \(reason)"
        case .pause(let reason, _): reason.map { "no new orders: \($0)" } ?? "new orders pass again"
        case .flatten: "all positions are to be closed"
        }
    }
}

extension MarketEvent {
    fileprivate func inWords(_ instruments: [Instrument]) -> String {
        let symbol = instruments[instrument].symbol
        switch self {
        case .trade(let trade):
            return "trade \(symbol) \(trade.quantity) @ \(trade.price)"
                + (trade.taker.map { " (\($0))" } ?? "")
        case .book(let change):
            return change.kind == .clear
                ? "book \(symbol): cleared"
                : "book \(symbol): \(change.side) \(change.quantity) @ \(change.price)"
        case .quote(let quote):
            let bid = quote.bid.map { "\($0.quantity) @ \($0.price)" } ?? "none"
            let ask = quote.ask.map { "\($0.quantity) @ \($0.price)" } ?? "none"
            return "quote \(symbol): bid \(bid), ask \(ask)"
        case .bar(let bar): return "bar \(symbol): closes at \(bar.close)"
        case .ticker(let ticker):
            return "ticker \(symbol)" + (ticker.mark.map { ": mark \($0)" } ?? "")
        case .funding(let funding):
            return "funding \(symbol): rate \(funding.rate)"
                + (funding.payment.map { ", paid \($0)" } ?? "")
        }
    }
}

extension OrderEvent {
    fileprivate var inWords: String {
        switch self {
        case .accepted(let id): "accepted as \(id)"
        case .rejected(let reason): "rejected: \(reason)"
        case .triggered: "triggered"
        case .fill(let fill):
            "filled \(fill.quantity) @ \(fill.price), \(fill.liquidity.rawValue), fee \(fill.fee) "
                + "\(fill.feeCurrency)"
        case .cancelRequested: "cancel asked for"
        case .cancelRejected(let reason): "cancel refused: \(reason)"
        case .cancelled: "cancelled"
        case .amendRequested: "amendment asked for"
        case .amended(let price, let quantity):
            "amended to \(quantity)" + (price.map { " @ \($0)" } ?? "")
        case .amendRejected(let reason): "amendment refused: \(reason)"
        case .expired(let reason): "expired: \(reason)"
        case .lost(let reason): "its status is not known: \(reason)"
        case .notFound: "the venue never saw it"
        }
    }
}

extension RunOutcome {
    /// What came of an input, for people, with the rule and its figures where it was refused.
    public func inWords(_ instruments: [Instrument]) -> String {
        switch self {
        case .intent(let intent): "the script asks: \(intent.canonical(instruments))"
        case .submitted(let id, let request):
            "sent \(id): \(Intent.place(request).canonical(instruments).dropFirst(6))"
        case .cancelled(let id, _): "cancels \(id)"
        case .amended(let id, _, let price, let quantity):
            "amends \(id)" + (quantity.map { " to \($0)" } ?? "") + (price.map { " @ \($0)" } ?? "")
        case .refused(let refusal, let intent):
            "refused by \(refusal.description) (\(intent.canonical(instruments)))"
        case .stopped(let reason): "trading stops: \(reason)"
        }
    }
}
