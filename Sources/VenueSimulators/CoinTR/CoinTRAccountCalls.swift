internal import PlainJSON
internal import TradingModel

/// What an account has, pays and is set to.
extension CoinTRSimulator {
    private static let accountNumber = JSON.text("100002")

    // MARK: - Money

    static func spotBalance(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let account = try call.account
        let one = try call.parameters.text("ccy")
        let wanted = (try call.parameters.text("ccys") ?? one)?.split(separator: ",").map {
            String($0)
        }
        let wallet = account.wallets[.spot] ?? ExchangeWallet()
        let rows = wallet.currencies.filter { currency in
            wanted?.contains(currency.code) ?? (wallet[currency].total != .zero)
        }.map { currency in
            venue.spotRow(currency, account).adding([
                "bal": .text(wallet[currency].total.description)
            ])
        }
        return Answer([
            "acctId": accountNumber, "uTime": .milliseconds(venue.now), "details": .array(rows),
        ])
    }

    static func futuresBalance(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let account = try call.account
        let name = venue.settings.quirks.tidyWords ? "acctId" : "acctid"
        let wallet = account.wallets[.futures] ?? ExchangeWallet()
        let rows = wallet.currencies.map { currency -> JSON in
            let details = account.positions.compactMap { $0 }
                .filter { $0.market.settle == currency }.map { position -> JSON in
                    [
                        "posId": .integer(position.id),
                        "eq": .text((position.margin + position.unrealised()).description),
                        "cashBal": .text(position.margin.description), "posIMR": "0", "mmr": "0",
                    ]
                }
            let own: JSON = [
                "ordIMR": .text(wallet[currency].frozen.description), "details": .array(details),
            ]
            return JSON.pairs([(name, accountNumber)])
                .adding(venue.futuresRow(currency, account)).adding(own)
        }
        return Answer(.array(rows))
    }

    static func transfer(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let type = try call.parameters.needed("type")
        guard type == "SPOT_TO_FUTURE" || type == "FUTURE_TO_SPOT" else { throw .invalid("type") }
        let (from, to): (ExchangeSegment, ExchangeSegment) =
            type == "SPOT_TO_FUTURE" ? (.spot, .futures) : (.futures, .spot)
        let currency = Currency(try call.parameters.needed("ccy"))
        guard let amount: Money = try call.parameters.decimal("amt"), amount > .zero else {
            throw .invalid("amt")
        }
        let name = try call.parameters.needed("clTransId")
        let account = try call.account
        guard amount <= account.available(from, currency) else { throw .refused }
        account.wallets[from, default: ExchangeWallet()][currency].total -= amount
        account.wallets[to, default: ExchangeWallet()][currency].total += amount
        return Answer([
            [
                "transId": .integer(venue.exchange.numbers.nextUntaken(.spot)), "clId": .text(name),
                "ccy": .text(currency.code), "amt": .text(amount.description),
                "type": .text(type),
            ]
        ])
    }

    /// What is paid, which futures show below zero; and what all other markets pay.
    static func fees(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let isNegative = call.segment == .futures && !venue.settings.quirks.tidyWords
        func row(_ name: String, _ fees: ExchangeFees) -> JSON {
            let sign = isNegative ? "-" : ""
            return [
                "instId": .text(name), "maker": .text(sign + fees.maker.description),
                "taker": .text(sign + fees.taker.description),
            ]
        }
        var rows: [JSON] = []
        for name in try call.parameters.text("instIds")?.split(separator: ",") ?? [] {
            let market = try venue.known(String(name), call.segment)
            rows.append(row(market.name, market.fees))
        }
        let usual =
            call.segment == .spot ? venue.settings.spotFees : venue.settings.futuresFees
        return Answer(.array(rows + [row("OTHERS", usual)]))
    }

    // MARK: - Futures

    static func accountConfiguration(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let isLongShort = venue.records[try call.account.settings.key]?.isLongShort ?? false
        return Answer([
            "acctId": accountNumber,
            "posMode": .text(isLongShort ? "LONG_SHORT_MODE" : "NET_MODE"),
        ])
    }

    /// Of the whole account, while it holds nothing.
    static func setPositionMode(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let mode = try call.parameters.needed("posMode")
        guard mode == "LONG_SHORT_MODE" || mode == "NET_MODE" else { throw .invalid("posMode") }
        let account = try call.account
        guard account.positions.allSatisfy({ $0 == nil }),
            !account.open.contains(where: { $0.market.segment == .futures })
        else { throw .refused }
        venue.records[account.settings.key]?.isLongShort = mode == "LONG_SHORT_MODE"
        return Answer(nil)
    }

    static func tradeConfiguration(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let market = try venue.known(try call.parameters.text("instId"), .futures)
        let account = try call.account
        let index = market.instrument.id.index
        return Answer([
            [
                "mgnMode": .text(account.isCross[index] ? "CROSS" : "ISOLATED"),
                "lever": .text(String(account.leverages[index])),
            ]
        ])
    }

    static func setTradeConfiguration(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let market = try venue.known(try call.parameters.text("instId"), .futures)
        guard let lever = Int(try call.parameters.needed("lever")) else { throw .invalid("lever") }
        let mode = try call.parameters.needed("mgnMode")
        guard mode == "CROSS" || mode == "ISOLATED" else { throw .invalid("mgnMode") }
        do throws(Refused) {
            try call.accountOfExchange.setLeverage(market, lever, isCross: mode == "CROSS")
        } catch {
            throw CoinTRSimulatorRefusal(error)
        }
        return Answer(nil)
    }

    static func adjustMargin(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let id = try call.parameters.needed("posId")
        guard let amount: Money = try call.parameters.decimal("amt") else { throw .invalid("amt") }
        let account = try call.account
        let position = account.positions.compactMap { $0 }.first { String($0.id) == id }
        guard let position, !position.isCross else { throw .noPosition }
        do throws(Refused) { try account.adjustMargin(position.market, by: amount) } catch {
            throw CoinTRSimulatorRefusal(error)
        }
        return Answer(nil)
    }

    /// Of named markets or positions: all of them cannot be asked for.
    static func positions(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let (ids, areMarkets) = try call.parameters.ids("instIds", or: "posIds", most: 100)
        if areMarkets { for name in ids { _ = try venue.known(name, .futures) } }
        let rows = try call.account.positions.compactMap { $0 }.filter { position in
            ids.contains(areMarkets ? position.market.name : String(position.id))
        }
        return Answer(.array(rows.map { venue.row($0, isClosed: false, isPush: false) }))
    }
}

extension CoinTRRoute.Call {
    /// The same where a refusal of the exchange is caught: one that asks has signed.
    fileprivate var accountOfExchange: ExchangeAccount {
        guard let caller else { preconditionFailure("the endpoint is a signed one") }
        return caller
    }
}
