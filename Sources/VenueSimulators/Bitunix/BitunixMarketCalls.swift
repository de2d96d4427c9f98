internal import PlainJSON
internal import TradingCore
internal import TradingModel

/// The public pages.
extension BitunixSimulator {
    /// The markets of a comma list; all where none is named.
    private func listed(_ call: Call) throws(BitunixSimulatorRefusal) -> [ExchangeMarket] {
        guard let names = try call.parameters.text("symbols") else { return exchange.markets }
        var markets: [ExchangeMarket] = []
        for name in names.split(separator: ",") { markets.append(try known(String(name))) }
        return markets
    }

    static func tradingPairs(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        .array(try venue.listed(call).map(\.pairRow))
    }

    static func tickers(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        .array(
            try venue.listed(call).map { market in
                let day = market.bitunixDay(at: venue.now)
                return [
                    "symbol": .text(market.name), "markPrice": .decimal(market.tape.mark),
                    "lastPrice": .decimal(day.last), "open": .decimal(day.open),
                    "last": .decimal(day.last), "quoteVol": .decimal(day.value),
                    "baseVol": .decimal(day.volume), "high": .decimal(day.high),
                    "low": .decimal(day.low),
                ]
            })
    }

    static func depth(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        let market = try venue.asked(call)
        let text = try call.parameters.text("limit") ?? "max"
        let limits = ["1": 1, "5": 5, "15": 15, "50": 50, "max": 1_000]
        guard let limit = limits[text] else {
            throw .notAllowed(text, #"["1","5","15","50","max"]"#)
        }
        return [
            "asks": venue.levels(market, .sell, limit), "bids": venue.levels(market, .buy, limit),
        ]
    }

    func levels(_ market: ExchangeMarket, _ side: Side, _ limit: Int) -> JSON {
        .array(
            exchange.depth(market, side, limit: limit).prefix(limit).map {
                [.decimal($0.price), .decimal($0.quantity)]
            })
    }

    private static let minutes: [String: Int64] = [
        "1m": 1, "3m": 3, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "2h": 120, "4h": 240,
        "6h": 360, "8h": 480, "12h": 720, "1d": 1_440,
    ]

    /// The newest first, the bar in progress among them; the names of the volumes are swapped.
    static func klines(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        let market = try venue.asked(call)
        guard let minutes = minutes[try call.parameters.needed("interval")] else {
            throw .invalid("interval")
        }
        let limit = try call.parameters.integer("limit", in: 1...200, usual: 100)
        let end = try call.parameters.integer("endTime") ?? .max
        let span = minutes * MarketTape.minuteNanoseconds
        var bars: [(start: Int64, minute: MarketTape.Minute)] = []
        for minute in market.tape.minutes {
            let start = minute.start.nanoseconds - minute.start.nanoseconds % span
            if bars.last?.start == start {
                bars[bars.count - 1].minute.add(minute)
            } else {
                bars.append((start, minute))
            }
        }
        let rows = bars.reversed().filter { $0.start / 1_000_000 < end }.prefix(limit)
        return .array(
            rows.map { bar in
                [
                    "open": .decimal(bar.minute.open), "high": .decimal(bar.minute.high),
                    "low": .decimal(bar.minute.low), "close": .decimal(bar.minute.close),
                    "quoteVol": .decimal(bar.minute.volume), "baseVol": .decimal(bar.minute.value),
                    "time": .text(String(bar.start / 1_000_000)),
                ]
            })
    }

    static func fundingRate(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        let market = try venue.asked(call)
        let funding = market.bitunixFunding(at: venue.now)
        return [
            "symbol": .text(market.name), "markPrice": .decimal(market.tape.mark),
            "lastPrice": .decimal(market.tape.last), "fundingRate": .decimal(funding.rate),
            "fundingInterval": 8, "nextFundingTime": .stamp(funding.next),
        ]
    }
}

extension ExchangeMarket {
    fileprivate var pairRow: JSON {
        [
            "symbol": .text(name), "base": .text(base.code), "quote": .text(quote.code),
            "minTradeVolume": .decimal(minAmount), "minBuyPriceOffset": "-0.8",
            "maxSellPriceOffset": "10", "maxLimitOrderVolume": "100000000",
            "maxMarketOrderVolume": "100000000",
            "basePrecision": .integer(instrument.quantityScale.decimals),
            "quotePrecision": .integer(instrument.priceScale.decimals),
            "minLeverage": .integer(BitunixSimulator.leverages.lowerBound),
            "maxLeverage": .integer(BitunixSimulator.leverages.upperBound), "defaultLeverage": 20,
            "defaultMarginMode": "CROSS", "priceProtectScope": "0.02", "symbolStatus": "OPEN",
            "isApiSupported": true,
        ]
    }

    struct BitunixDay {
        let open: Price
        let high: Price
        let low: Price
        let last: Price
        let volume: Quantity
        let value: Money
    }

    func bitunixDay(at time: Timestamp) -> BitunixDay {
        let day = tape.summary(ofLast: 1_440, before: time)
        let last = tape.last ?? tape.mark ?? .zero
        return BitunixDay(
            open: day?.open ?? last, high: day?.high ?? last, low: day?.low ?? last, last: last,
            volume: day?.volume ?? .zero, value: day?.value ?? .zero)
    }

    /// The last settlement and the next; 8 hours lie between two.
    func bitunixFunding(
        at time: Timestamp
    ) -> (rate: Rate, last: Timestamp, next: Timestamp) {
        let span: Int64 = 8 * 3_600 * 1_000_000_000
        let grid = Timestamp(nanoseconds: time.nanoseconds - time.nanoseconds % span)
        let last = tape.lastFunding?.venueTime ?? grid
        var next = last.advanced(byNanoseconds: span)
        if next <= time { next = grid.advanced(byNanoseconds: span) }
        return (tape.lastFunding?.rate ?? .zero, last, next)
    }
}
