internal import PlainJSON
internal import TradingCore
internal import TradingModel

extension ExchangeOrderKind {
    /// `effect` of the venue's rows.
    var bitunixEffect: String {
        switch self {
        case .limit: "GTC"
        case .market, .ioc: "IOC"
        case .fok: "FOK"
        case .postOnly: "POST_ONLY"
        }
    }
}

extension Side {
    var bitunixWord: String { self == .buy ? "BUY" : "SELL" }
}

extension OrderView {
    var bitunixStatus: String {
        switch status {
        case .open: "NEW"
        case .partlyFilled: "PART_FILLED"
        case .filled: "FILLED"
        case .cancelled: "CANCELED"
        case .partlyCancelled: "PART_FILLED_CANCELED"
        }
    }

    var averagePrice: Price? {
        filled == .zero ? nil : filledValue.divided(by: filled, .halfEven)
    }

    private func shared(_ account: ExchangeAccount) -> JSON {
        [
            "orderId": .text(String(id)), "clientId": .text(terms.clientID),
            "symbol": .text(market.name), "qty": .decimal(amount), "positionMode": "ONE_WAY",
            "fee": .decimal(fee),
        ]
    }

    /// A row of the lists; of a market order without a price.
    func row(_ account: ExchangeAccount, _ quirks: BitunixQuirks) -> JSON {
        let index = market.instrument.id.index
        let status = bitunixStatus
        let isNew = status == "NEW" && !quirks.documentedWords
        return shared(account).adding([
            "tradeQty": .decimal(filled), "price": price.map { .decimal($0) } ?? "market",
            "side": .text(side.bitunixWord),
            "orderType": terms.kind == .market ? "MARKET" : "LIMIT",
            "effect": .text(terms.kind.bitunixEffect),
            "marginMode": account.isCross[index] ? "CROSS" : "ISOLATION",
            "leverage": .integer(account.leverages[index]),
            "reduceOnly": .bool(terms.isReduceOnly), "status": .text(isNew ? "NEW_" : status),
            "realizedPNL": .decimal(realised), "tpPrice": .null, "slPrice": .null,
            "ctime": .stamp(createdAt), "mtime": .stamp(updatedAt),
        ])
    }

    /// The data of a push, in the words that live ones have or that the documentation has.
    func push(
        _ event: String, _ account: ExchangeAccount, _ quirks: BitunixQuirks,
        status: String? = nil
    ) -> JSON {
        let index = market.instrument.id.index
        let isMarket = terms.kind == .market
        let side = side == .buy ? "Buy" : "Sell"
        let isDocumented = quirks.documentedWords
        return shared(account).adding([
            "event": .text(event),
            "positionType": account.isCross[index] ? "CROSS" : "ISOLATION",
            "side": .text(isDocumented ? side.uppercased() : side),
            "effect": .text(
                isDocumented ? terms.kind.bitunixEffect : self.side == .buy ? "LONG" : "SHORT"),
            "type": .text(
                isDocumented
                    ? (isMarket ? "MARKET" : "LIMIT") : (isMarket ? "Market" : "Limit")),
            "reductionOnly": .bool(terms.isReduceOnly), "price": .text(price?.description ?? ""),
            "ctime": .iso(createdAt), "mtime": .iso(updatedAt),
            "leverage": .text(String(account.leverages[index])),
            "orderStatus": .text(status ?? bitunixStatus),
            "averagePrice": .text(averagePrice?.description ?? ""),
            "dealAmount": .decimal(filled), "tpPrice": "", "tpStopType": "", "tpOrderType": "",
        ])
    }
}

extension ExchangeExecution {
    func row(_ account: ExchangeAccount) -> JSON {
        let index = market.instrument.id.index
        return [
            "tradeId": .text(String(id)), "orderId": .text(String(orderID)),
            "clientId": clientID.isEmpty ? .null : .text(clientID), "symbol": .text(market.name),
            "qty": .decimal(quantity), "price": .decimal(price), "side": .text(side.bitunixWord),
            "orderType": .null, "effect": .null, "positionMode": "ONE_WAY",
            "marginMode": account.isCross[index] ? "CROSS" : "ISOLATION",
            "leverage": .integer(account.leverages[index]), "reduceOnly": .null,
            "fee": .decimal(fee), "realizedPNL": .decimal(realised), "ctime": .stamp(time),
            "roleType": liquidity == .maker ? "MAKER" : "TAKER",
            "marginCoin": .text(feeCurrency.code),
        ]
    }
}

extension ExchangePosition {
    /// A row of the list, whose side is not what the documentation has.
    func row(_ quirks: BitunixQuirks) -> JSON {
        let isLong = side == .buy
        return [
            "positionId": .text(String(id)), "symbol": .text(market.name), "qty": .decimal(size),
            "entryValue": .decimal(core.entryValue),
            "side": quirks.documentedWords
                ? (isLong ? "LONG" : "SHORT") : .text(side.bitunixWord),
            "positionMode": "ONE_WAY", "marginMode": isCross ? "CROSS" : "ISOLATION",
            "leverage": .integer(leverage), "fees": .decimal(core.fees),
            "funding": .decimal(core.funding), "realizedPNL": .decimal(core.realisedPnL),
            "margin": .decimal(margin), "unrealizedPNL": .decimal(unrealised()), "liqPrice": "-1",
            "marginRate": "0", "avgOpenPrice": .decimal(core.averagePrice),
            "ctime": .stamp(createdAt), "mtime": .stamp(updatedAt),
        ]
    }

    func push(isNew: Bool, isClosed: Bool) -> JSON {
        [
            "event": isClosed ? "CLOSE" : isNew ? "OPEN" : "UPDATE",
            "positionId": .text(String(id)), "symbol": .text(market.name),
            "marginMode": isCross ? "CROSS" : "ISOLATION", "positionMode": "ONE_WAY",
            "side": side == .buy ? "LONG" : "SHORT", "leverage": .text(String(leverage)),
            "margin": .decimal(margin), "qty": .decimal(size),
            "entryValue": .decimal(core.entryValue), "realizedPNL": .decimal(core.realisedPnL),
            "unrealizedPNL": .decimal(unrealised()), "funding": .decimal(core.funding),
            "fee": .decimal(core.fees), "ctime": .iso(createdAt),
        ]
    }
}

extension ExchangeAccount {
    /// What open positions would bring now: of those with cross margin, and of the others.
    private func unrealised(_ currency: Currency, cross isMeant: Bool) -> Money {
        positions.reduce(.zero) { sum, position in
            guard let position, position.market.settle == currency, position.isCross == isMeant
            else { return sum }
            return sum + position.unrealised()
        }
    }

    /// The futures account: what positions would bring is part of what it shows as available and as margin.
    func row(_ currency: Currency, isHedged: Bool) -> JSON {
        let holding = holding(.futures, currency)
        let cross = unrealised(currency, cross: true)
        let isolated = unrealised(currency, cross: false)
        return [
            "marginCoin": .text(currency.code), "available": .decimal(holding.available + cross),
            "frozen": .decimal(holding.frozen), "margin": .decimal(holding.margin + isolated),
            "transfer": .decimal(holding.available),
            "positionMode": isHedged ? "HEDGE" : "ONE_WAY",
            "crossUnrealizedPNL": .decimal(cross), "isolationUnrealizedPNL": .decimal(isolated),
            "bonus": "0",
        ]
    }

    func push(_ currency: Currency) -> JSON {
        let holding = holding(.futures, currency)
        let cross = unrealised(currency, cross: true)
        let isolated = unrealised(currency, cross: false)
        let crossMargin = positions.reduce(Money.zero) { sum, position in
            guard let position, position.isCross, position.market.settle == currency else {
                return sum
            }
            return sum + position.margin
        }
        return [
            "coin": .text(currency.code), "available": .decimal(holding.available + cross),
            "frozen": .decimal(holding.frozen), "isolationFrozen": "0",
            "crossFrozen": .decimal(holding.frozen),
            "margin": .decimal(holding.margin + isolated),
            "isolationMargin": .decimal(holding.margin - crossMargin + isolated),
            "crossMargin": .decimal(crossMargin),
            "expMoney": "0",
        ]
    }
}
