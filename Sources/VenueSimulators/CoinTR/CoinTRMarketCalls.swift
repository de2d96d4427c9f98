internal import PlainJSON
internal import TradingModel

/// The public endpoints.
extension CoinTRSimulator {
    /// The markets that a list is asked for: none named are all.
    private func listed(_ call: Call) throws(CoinTRSimulatorRefusal) -> [ExchangeMarket] {
        let (one, several) = (
            try call.parameters.text("instId"), try call.parameters.text("instIds")
        )
        guard one == nil || several == nil else { throw .invalid("instIds") }
        guard let names = one ?? several else { return exchange.markets(of: call.segment) }
        var found: [ExchangeMarket] = []
        for name in names.split(separator: ",") {
            found.append(try known(String(name), call.segment))
        }
        return found
    }

    private func market(_ call: Call) throws(CoinTRSimulatorRefusal) -> ExchangeMarket {
        try known(try call.parameters.text("instId"), call.segment)
    }

    static func instruments(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let isTidy = venue.settings.quirks.tidyWords
        return Answer(
            .array(
                try venue.listed(call).map { market in
                    market.segment == .spot ? market.spotListing : market.futuresListing(isTidy)
                }))
    }

    static func depths(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let market = try venue.market(call)
        let limit = try call.parameters.integer("limit") ?? 1
        guard [1, 5, 10, 20, 50, 100].contains(limit) else { throw .invalid("limit") }
        let book = venue.book(market, limit: Int(limit), step: .zero)
        let isSample = market.segment == .futures && !venue.settings.quirks.tidyWords
        return Answer(
            book.adding(
                isSample
                    ? ["utime": .milliseconds(venue.now)] : ["uTime": .milliseconds(venue.now)]))
    }

    /// Both sides, the best level of each first.
    func book(_ market: ExchangeMarket, limit: Int, step: Price) -> JSON {
        func rows(_ side: Side) -> JSON {
            .array(
                exchange.depth(market, side, limit: limit, interval: step).map { level in
                    [
                        .text(level.price.description),
                        .text(market.wireSize(level.quantity).description),
                    ]
                })
        }
        return ["asks": rows(.sell), "bids": rows(.buy)]
    }

    static func tickers(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        Answer(
            .array(
                try venue.listed(call).map { market in
                    let row = market.dayRow(at: venue.now)
                    let isSample = market.segment == .futures && !venue.settings.quirks.tidyWords
                    guard isSample else { return row }
                    return row.removing("instId")
                        .adding(["instId": .text(market.name.lowercased())])
                }))
    }

    /// Spot tells the newest first, futures the oldest.
    static func publicTrades(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let market = try venue.market(call)
        let limit = try call.parameters.integer("limit", in: 1...500, usual: 100)
        let deals = Array(market.tape.deals.suffix(limit))
        let rows = (market.segment == .spot ? deals.reversed() : deals).map { deal -> JSON in
            let row: JSON = [
                "tradeId": .id(deal.id), "px": .text(deal.price.description),
                "sz": .text(market.wireSize(deal.quantity).description),
                "side": .text(deal.taker == .buy ? "BUY" : "SELL"),
                "mTime": .milliseconds(deal.time),
            ]
            return market.segment == .spot ? row.adding(["instId": .text(market.name)]) : row
        }
        return Answer(.array(rows))
    }

    /// By the venue's names for them, in minutes.
    static let bars: [String: Int64] = [
        "1m": 1, "5m": 5, "15m": 15, "30m": 30, "1H": 60, "4H": 240, "12H": 720, "1D": 1_440,
        "1W": 10_080,
    ]

    /// The newest first; the first is still open.
    static func candlesticks(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let market = try venue.market(call)
        // The usual bar of the pages is none of theirs.
        guard let minutes = bars[try call.parameters.text("bar") ?? "1M"] else {
            throw .invalid("bar")
        }
        let limit = try call.parameters.integer("limit", in: 1...2_000, usual: 100)
        let end = try call.parameters.integer("endTs")
        let candles = venue.candles(market, minutes: minutes).filter { candle in
            end.map { candle.start.nanoseconds / 1_000_000_000 <= $0 } ?? true
        }
        let isSample = market.segment == .futures && !venue.settings.quirks.tidyWords
        return Answer(
            .array(
                candles.suffix(limit).reversed().map { candle in
                    venue.candleRow(candle, market, inMilliseconds: isSample)
                }))
    }

    typealias Candle = (start: Timestamp, minute: MarketTape.Minute)

    /// Candles from the minutes of the tape, the oldest first.
    func candles(_ market: ExchangeMarket, minutes: Int64) -> [Candle] {
        let span = minutes * MarketTape.minuteNanoseconds
        var candles: [Candle] = []
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

    func candleRow(
        _ candle: Candle, _ market: ExchangeMarket, inMilliseconds: Bool
    ) -> JSON {
        let unit: Int64 = inMilliseconds ? 1_000_000 : 1_000_000_000
        let minute = candle.minute
        return [
            .integer(candle.start.nanoseconds / unit), .text(minute.open.description),
            .text(minute.high.description), .text(minute.low.description),
            .text(minute.close.description),
            .text(market.wireSize(minute.volume).description), .text(minute.value.description),
        ]
    }

    static func positionTiers(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        _ = try venue.market(call)
        return Answer([
            [
                "maxSz": "1000000000000", "mMgnRatio": "0.004",
                "maxLever": .text(String(mostLeverage)),
            ]
        ])
    }

    /// The rate of the last settlement, and when the next is.
    static func fundingRate(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let market = try venue.market(call)
        let span: Int64 = 8 * 3_600 * 1_000_000_000
        let now = venue.now.nanoseconds
        let next = Timestamp(nanoseconds: now - now % span + span)
        return Answer([
            "fundingRate": .text(market.fundingRate.description),
            "fundingTime": .milliseconds(next),
        ])
    }
}

extension ExchangeMarket {
    var fundingRate: Rate { tape.lastFunding?.rate ?? .zero }

    fileprivate var spotListing: JSON {
        [
            "instId": .text(name), "baseCcy": .text(base.code), "quoteCcy": .text(quote.code),
            "pxPrecision": .text(String(instrument.priceScale.decimals)),
            "minLmtSz": .text(minAmount.description), "minMktBuySz": "0.01",
            "minMktSellSz": .text(minAmount.description),
            "amtPrecision": .text(String(instrument.quantityScale.decimals)),
            "steps": .array(steps.map { .text($0.description) }),
        ]
    }

    /// The sample's limits are no limits, and its tick is dearer than its finest step.
    fileprivate func futuresListing(_ isTidy: Bool) -> JSON {
        let least = contracts(minAmount)
        return [
            "instId": .text(name), "settleCcy": .text(settle.code),
            "ctVal": .text(instrument.lot.description), "baseCcy": .text(base.code),
            "quoteCcy": .text(quote.code),
            "maxLever": .text(String(CoinTRSimulator.mostLeverage)),
            "tickSz": .text(isTidy ? instrument.tick.description : "12"),
            "pxPrecision": .text(String(instrument.priceScale.decimals)),
            "minSz": .text(
                least == Quantity(attos: attosPerUnit) && !isTidy ? "0" : least.description),
            "maxSz": "0", "maxPos": "100000000",
            "steps": .text(
                steps.map(\.description).joined(separator: ",")),
            "minMmr": "0", "mgnMode": "cross", "defLever": "20",
        ]
    }

    fileprivate func dayRow(at time: Timestamp) -> JSON {
        let day = tape.summary(ofLast: 1_440, before: time)
        let last = tape.last ?? tape.mark ?? .zero
        let bid = tape.levels(.buy, count: 1).first
        let ask = tape.levels(.sell, count: 1).first
        let row: JSON = [
            "instId": .text(name), "lastPx": .text(last.description),
            "lastSz": .text(wireSize(tape.deals.last?.quantity ?? .zero).description),
            "askPx": .text((ask?.price ?? .zero).description),
            "askSz": .text(wireSize(ask?.quantity ?? .zero).description),
            "bidPx": .text((bid?.price ?? .zero).description),
            "bidSz": .text(wireSize(bid?.quantity ?? .zero).description),
            "open24h": .text((day?.open ?? last).description),
            "high24h": .text((day?.high ?? last).description),
            "low24h": .text((day?.low ?? last).description),
            "vol24h": .text(wireSize(day?.volume ?? .zero).description),
            "uTime": .milliseconds(time),
        ]
        let value = JSON.text((day?.value ?? .zero).description)
        guard segment == .futures else { return row.adding(["quoteVol24h": value]) }
        return row.adding([
            "oi": "0", "mPx": .text((tape.mark ?? .zero).description),
            "index": .text((index ?? .zero).description), "volCcy24h": value,
        ])
    }
}
