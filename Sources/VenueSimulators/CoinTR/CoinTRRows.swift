internal import PlainJSON
internal import TradingCore
internal import TradingModel

extension ExchangeMarket {
    /// How many contracts a quantity is: one is the least step of the market's quantities.
    func contracts(_ quantity: Quantity) -> Quantity {
        Quantity(attos: quantity.attos / instrument.lot.attos * attosPerUnit)
    }

    func base(ofContracts size: Quantity) -> Money {
        let (whole, overflow) = (size.attos / attosPerUnit)
            .multipliedReportingOverflow(by: instrument.lot.attos)
        return overflow ? .tooMuch : Money(attos: whole)
    }

    /// A quantity as the venue counts it.
    func wireSize(_ quantity: Quantity) -> Quantity {
        segment == .spot ? quantity : contracts(quantity)
    }

    /// The widths in which books are told, the finest first.
    var steps: [Price] {
        [1, 10, 100].map { Price(attos: instrument.tick.attos * $0) }
    }
}

extension CoinTRSimulator {
    // MARK: - Orders

    /// The word for how an order stands that is not remembered as ended.
    func state(of order: OrderView, _ account: ExchangeAccount) -> String {
        if records[account.settings.key]?.isSilent(order.id, at: now) == true {
            return "SUBMITTING"
        }
        switch order.status {
        case .open: return "SUBMITTED"
        case .partlyFilled: return "PARTIAL_FILLED"
        case .filled: return "FILLED"
        case .cancelled, .partlyCancelled: return "EXPIRED"
        }
    }

    /// What all rows of an order have, whoever is shown it.
    private func figures(_ order: OrderView, _ state: String) -> JSON {
        let market = order.market
        let terms = order.terms
        // What waits in front of the book has filled nothing.
        let filled = state == "SUBMITTING" ? Quantity.zero : order.filled
        let size: JSON =
            market.segment == .futures
            ? ["sz": .text(market.contracts(terms.quantity).description)]
            : [
                "baseQty": .text((terms.isCountedInQuote ? .zero : terms.amount).description),
                "quoteQty": .text((terms.isCountedInQuote ? terms.amount : .zero).description),
            ]
        let lifetime =
            switch terms.kind {
            case .ioc, .market: "IOC"
            case .fok: "FOK"
            case .limit, .postOnly: "GTC"
            }
        let flags = [
            terms.kind == .postOnly ? "POST_ONLY" : nil,
            terms.isReduceOnly ? "REDUCE_ONLY" : nil,
        ].compactMap { $0 }.joined(separator: ",")
        let row: JSON = [
            "instId": .text(market.name), "clOrdId": .text(terms.clientID),
            "px": .text((order.price ?? .zero).description),
            "side": .text(order.side == .buy ? "BUY" : "SELL"),
            "ordType": .text(terms.kind == .market ? "MARKET" : "LIMIT"), "flags": .text(flags),
            "timeInForce": .text(lifetime),
            "accFillSz": .text(market.wireSize(filled).description), "state": .text(state),
        ]
        return row.adding(size)
    }

    private func average(_ order: OrderView) -> JSON {
        let base = Quantity(attos: order.filled.attos)
        guard let price = order.filledValue.divided(by: base, .halfEven) else { return "0" }
        return .text(price.description)
    }

    /// The row of lists; samples spell times in three ways, and one has a letter for a price.
    func row(_ order: OrderView, _ state: String, ofFilled: Bool = false) -> JSON {
        let row = figures(order, state).adding(["ordId": .id(order.id)])
        let (created, updated) = (order.createdAt, order.updatedAt)
        guard !settings.quirks.tidyWords else {
            return row.adding([
                "avgPx": average(order), "cTime": .milliseconds(created),
                "uTime": .milliseconds(updated),
            ])
        }
        let isFutures = order.market.segment == .futures
        let partly = isFutures && state == "PARTIAL_FILLED"
        let spelled = partly ? row.removing("state").adding(["state": "PARTIAL-FILLED"]) : row
        if isFutures || ofFilled {
            let times: JSON =
                isFutures
                ? ["ctime": .milliseconds(created), "utime": .milliseconds(updated)]
                : ["ctime": created.secondText, "utime": updated.millisecondText]
            return spelled.adding(["avgPx": average(order)]).adding(times)
        }
        return spelled.adding([
            "avgPx": order.filled == .zero ? "T" : average(order), "cTime": created.secondText,
            "uTime": updated.millisecondText, "timestamp": .milliseconds(now),
        ])
    }

    /// The row of a push: without the time of its last change.
    func pushed(_ order: OrderView, _ state: String) -> JSON {
        let isNumber = order.market.segment == .spot && !settings.quirks.tidyWords
        return figures(order, state).adding([
            "ordId": isNumber ? .integer(order.id) : .id(order.id), "avgPx": average(order),
            "cTime": .milliseconds(order.createdAt),
        ])
    }

    // MARK: - Executions

    func row(_ deal: ExchangeExecution) -> JSON {
        let isFutures = deal.market.segment == .futures
        let isSample = isFutures && !settings.quirks.tidyWords
        let size = deal.market.wireSize(deal.quantity).description
        let side = deal.side == .buy ? "BUY" : "SELL"
        let role = deal.liquidity == .maker ? "MAKER" : "TAKER"
        var row: JSON = [
            "tradeId": .id(deal.id), "ordId": .id(deal.orderID),
            "px": .text(deal.price.description),
            "sz": .text(isSample && deal.side == .sell ? "-\(size)" : size),
            "side": .text(isSample ? side.lowercased() : side), "fee": .text(deal.fee.description),
            "role": .text(isSample ? role.lowercased() : role), "selfTradeQty": "0",
        ]
        row = row.adding(
            isFutures
                ? ["instId": .text(deal.market.name)]
                : ["feeCcy": .text(deal.feeCurrency.code)])
        return row.adding(
            isSample ? ["mtime": .milliseconds(deal.time)] : ["mTime": .milliseconds(deal.time)])
    }

    /// The row of a push: neither a time nor a currency.
    func pushed(_ deal: ExchangeExecution) -> JSON {
        let row: JSON = [
            "instId": .text(deal.market.name), "tradeId": .integer(deal.id),
            "ordId": .id(deal.orderID), "px": .text(deal.price.description),
            "sz": .text(deal.market.wireSize(deal.quantity).description),
            "side": .text(deal.side == .buy ? "BUY" : "SELL"),
            "fee": .text(deal.fee.description),
            "role": .text(deal.liquidity == .maker ? "MAKER" : "TAKER"), "selfTradeQty": "0",
        ]
        return deal.market.segment == .futures
            ? row.adding(["posId": .integer(deal.positionID)]) : row
    }

    // MARK: - Money and positions

    func spotRow(_ currency: Currency, _ account: ExchangeAccount) -> JSON {
        let holding = account.holding(.spot, currency)
        return [
            "ccy": .text(currency.code), "availBal": .text(holding.available.description),
            "frozenBal": .text(holding.frozen.description),
        ]
    }

    func futuresRow(_ currency: Currency, _ account: ExchangeAccount) -> JSON {
        let holding = account.holding(.futures, currency)
        let equity = holding.total + account.unrealised(currency)
        return [
            "ccy": .text(currency.code), "totalEq": .text(equity.description),
            "cashBal": .text(holding.total.description),
            "freeBal": .text(holding.available.description),
        ]
    }

    /// - Parameter isPush: samples of pushes have texts and small letters, those of lists numbers.
    func row(_ position: ExchangePosition, isClosed: Bool, isPush: Bool) -> JSON {
        let isSample = !settings.quirks.tidyWords
        func spelled(_ word: String) -> JSON {
            .text(isSample && isPush ? word.lowercased() : word)
        }
        func figure(_ text: String) -> JSON { isSample && !isPush ? .number(text) : .text(text) }
        let size = position.market.contracts(position.size)
        let average = isClosed ? "0" : (position.core.averagePrice ?? .zero).description
        return [
            "posId": .integer(position.id),
            "mgnMode": spelled(position.isCross ? "CROSS" : "ISOLATED"),
            "instId": .text(position.market.name),
            "posSide": spelled(position.side == .buy ? "LONG" : "SHORT"),
            "posSz": figure(isClosed ? "0" : size.description), "avgPx": figure(average),
            "liqPx": "0", "lever": figure(String(position.leverage)), "mmr": "0",
            "upl": .text((isClosed ? .zero : position.unrealised()).description),
            "cashBal": .text((isClosed ? .zero : position.margin).description),
        ]
    }
}

extension Timestamp {
    /// A text of milliseconds, of which only the second is right.
    fileprivate var secondText: JSON { .text(String(nanoseconds / 1_000_000_000 * 1_000)) }
    fileprivate var millisecondText: JSON { .text(String(nanoseconds / 1_000_000)) }
}
