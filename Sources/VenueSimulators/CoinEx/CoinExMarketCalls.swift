internal import PlainJSON
internal import TradingModel

/// The public endpoints.
extension CoinExSimulator {
    typealias Call = CoinExRoute.Call

    /// The markets that a list endpoint is asked for: up to ten names, none for all.
    private func listed(_ call: Call) throws(CoinExRefusal) -> [ExchangeMarket] {
        guard let names = try call.parameters.text("market") else {
            return exchange.markets(of: call.product)
        }
        let parts = names.split(separator: ",")
        guard parts.count <= 10 else { throw .invalid("market") }
        var found: [ExchangeMarket] = []
        for part in parts { found.append(try known(String(part), call.product)) }
        return found
    }

    func known(
        _ name: String, _ product: ExchangeSegment
    ) throws(CoinExRefusal) -> ExchangeMarket {
        guard let market = exchange.market(name, product) else { throw .unknownMarket(name) }
        return market
    }

    func known(_ call: Call) throws(CoinExRefusal) -> ExchangeMarket {
        try known(try call.parameters.needed("market"), call.product)
    }

    static func listMarkets(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        .success(.array(try venue.listed(call).map(\.listing)))
    }

    /// The currencies, which public clients list before they trade; none can be moved in or out.
    static func currencies(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        let codes = Set(venue.exchange.markets.flatMap { [$0.base.code, $0.quote.code] }).sorted()
        return .success(
            .array(
                codes.map { code in
                    [
                        "asset": [
                            "ccy": .text(code), "deposit_enabled": false,
                            "withdraw_enabled": false, "inter_transfer_enabled": true,
                            "is_st": false,
                        ],
                        "chains": [],
                    ]
                }))
    }

    static func tickers(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        .success(.array(try venue.listed(call).map { $0.ticker(at: venue.now) }))
    }

    static func indices(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        .success(.array(try venue.listed(call).map { $0.indexRow(at: venue.now) }))
    }

    static func fundingRates(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        .success(.array(try venue.listed(call).map { $0.fundingRow(at: venue.now) }))
    }

    /// The settlements that have been, the newest first.
    static func fundingHistory(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let market = try venue.known(call)
        let rows = market.tape.fundings.reversed().map { funding -> JSON in
            [
                "market": .text(market.name), "funding_time": .milliseconds(funding.venueTime),
                "theoretical_funding_rate": .text(funding.rate.description),
                "actual_funding_rate": .text(funding.rate.description),
            ]
        }
        return try .success(page: rows, call.parameters, hasTotal: false)
    }

    /// A history of what never happens here: nothing is liquidated or deleveraged.
    static func emptyHistory(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        _ = try venue.known(call)
        return try .success(page: [], call.parameters, hasTotal: false)
    }

    static func depth(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        let market = try venue.known(call)
        let limit = Int(try call.parameters.neededInteger("limit"))
        guard CoinExDepthFeed.limits.contains(limit) else { throw .invalid("limit") }
        guard let step = CoinExDepthFeed.step(try call.parameters.needed("interval")) else {
            throw .invalid("interval")
        }
        return .success(venue.depthReply(market, limit: limit, interval: step))
    }

    /// Deals up to `last_id`, or up to now, the newest first.
    static func publicDeals(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let market = try venue.known(call)
        let limit = try call.parameters.integer("limit") ?? 100
        guard (1...1_000).contains(limit) else { throw .invalid("limit") }
        let last = try call.parameters.integer("last_id") ?? 0
        let deals = market.tape.deals.filter { last <= 0 || $0.id <= last }
        return .success(
            .array(deals.suffix(Int(limit)).reversed().map(ExchangeMarket.dealRow)))
    }

    /// By the venue's names for them, in minutes.
    private static let periods: [String: Int64] = [
        "1min": 1, "3min": 3, "5min": 5, "15min": 15, "30min": 30, "1hour": 60, "2hour": 120,
        "4hour": 240, "6hour": 360, "12hour": 720, "1day": 1_440, "3day": 4_320, "1week": 10_080,
    ]

    static func klines(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        let market = try venue.known(call)
        guard let period = periods[try call.parameters.needed("period")] else {
            throw .invalid("period")
        }
        let limit = try call.parameters.integer("limit") ?? 100
        guard (1...1_000).contains(limit) else { throw .invalid("limit") }
        let kind = try call.parameters.choice("price_type", TriggerPrice.init(coinEx:))
        guard kind == nil || kind == .latest || call.product == .futures else {
            throw .invalid("price_type")
        }
        let candles = venue.candles(market, minutes: period).suffix(Int(limit))
        return .success(.array(candles.map { venue.candleRow($0.start, $0.minute, market) }))
    }

    /// Candles from the minutes of the tape, the oldest first; the last one is still open.
    private func candles(
        _ market: ExchangeMarket, minutes: Int64
    ) -> [(start: Timestamp, minute: MarketTape.Minute)] {
        let span = minutes * MarketTape.minuteNanoseconds
        var candles: [(start: Timestamp, minute: MarketTape.Minute)] = []
        for minute in market.tape.minutes {
            let time = minute.start.nanoseconds
            let start = Timestamp(nanoseconds: time - time % span)
            if candles.last?.start == start {
                candles[candles.count - 1].minute.add(minute)
            } else {
                candles.append((start, minute))
            }
        }
        return candles
    }

    private func candleRow(
        _ start: Timestamp, _ candle: MarketTape.Minute, _ market: ExchangeMarket
    ) -> JSON {
        let volume = JSON.text(candle.volume.description)
        let value = JSON.text(candle.value.description)
        let isSwapped = settings.quirks.swappedKlines
        return [
            "market": .text(market.name), "created_at": .milliseconds(start),
            "open": .text(candle.open.description), "close": .text(candle.close.description),
            "high": .text(candle.high.description), "low": .text(candle.low.description),
            "volume": isSwapped ? value : volume, "value": isSwapped ? volume : value,
        ]
    }

    static func positionLevels(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let most = ExchangeRules.coinExLeverages.last ?? 1
        let least = Rate(attos: attosPerUnit / Int128(most))
        return .success(
            .array(
                try venue.listed(call).map { market in
                    [
                        "market": .text(market.name),
                        "level": [
                            [
                                "amount": "1000000000000", "leverage": .text(String(most)),
                                "maintenance_margin_rate": .text(
                                    ExchangeRules.coinExMaintenanceRate.description),
                                "min_initial_margin_rate": .text(least.description),
                            ]
                        ],
                    ]
                }))
    }
}
