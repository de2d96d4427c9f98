internal import PlainJSON
internal import TradingCore
internal import TradingModel

extension ExchangeSegment {
    var marketType: String { self == .spot ? "SPOT" : "FUTURES" }
}

extension ExchangeRules {
    /// The leverages that an account may choose from.
    static let coinExLeverages = [1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 100]
    /// The maintenance margin of every position, as a share of its value.
    static let coinExMaintenanceRate = Rate(attos: 5 * attosPerUnit / 1_000)

    /// A price may lie five times above or below the last one.
    static func coinEx(leverage: Int) -> ExchangeRules {
        ExchangeRules(
            priceBand: 5, leverages: coinExLeverages, leverage: leverage)
    }
}

extension ExchangeMarket {
    /// The row of `/spot/market` or `/futures/market`.
    var listing: JSON {
        let row: JSON = [
            "market": .text(name), "taker_fee_rate": .text(fees.taker.description),
            "maker_fee_rate": .text(fees.maker.description),
            "min_amount": .text(minAmount.description), "base_ccy": .text(base.code),
            "quote_ccy": .text(quote.code),
            "base_ccy_precision": .integer(instrument.quantityScale.decimals),
            "quote_ccy_precision": .integer(instrument.priceScale.decimals),
        ]
        if segment == .spot {
            return row.adding([
                "is_amm_available": false, "is_margin_available": false,
                "is_pre_trading_available": false, "is_api_trading_available": true,
                "status": "online", "delisted_at": 0,
            ])
        }
        return row.adding([
            "contract_type": .text(isInverse ? "inverse" : "linear"),
            "tick_size": .text(instrument.tick.description), "is_market_available": true,
            "is_copy_trading_available": false, "is_api_trading_available": true,
            "leverage": .array(ExchangeRules.coinExLeverages.map { .text(String($0)) }),
            "open_interest_volume": "0", "status": "online", "delisted_at": 0,
        ])
    }

    /// The row of `ticker` without what only futures have.
    private func dayFigures(at time: Timestamp) -> JSON {
        let day = tape.summary(ofLast: 1_440, before: time)
        let last = tape.last ?? tape.mark ?? .zero
        let volume = day?.volume ?? .zero
        let bought = day?.buyVolume ?? .zero
        return [
            "market": .text(name), "last": .text(last.description),
            "open": .text((day?.open ?? last).description), "close": .text(last.description),
            "high": .text((day?.high ?? last).description),
            "low": .text((day?.low ?? last).description), "volume": .text(volume.description),
            "volume_sell": .text((volume - bought).description),
            "volume_buy": .text(bought.description),
            "value": .text((day?.value ?? .zero).description),
        ]
    }

    func ticker(at time: Timestamp) -> JSON {
        let figures = dayFigures(at: time)
        guard segment == .futures else { return figures.adding(["period": 86_400]) }
        return figures.adding([
            "index_price": .text((index ?? .zero).description),
            "mark_price": .text((tape.mark ?? .zero).description), "open_interest_volume": "0",
            "period": 86_400,
        ])
    }

    /// The entry of `state.update`.
    func state(at time: Timestamp) -> JSON {
        let figures = dayFigures(at: time)
        guard segment == .futures else { return figures.adding(["period": 86_400]) }
        let funding = funding(at: time)
        return figures.adding([
            "open_interest_size": "0", "insurance_fund_size": "0",
            "mark_price": .text((tape.mark ?? .zero).description),
            "index_price": .text((index ?? .zero).description),
            "latest_funding_rate": .text(funding.latest.description),
            "next_funding_rate": .text(funding.next.description),
            "latest_funding_time": .milliseconds(funding.latestTime),
            "next_funding_time": .milliseconds(funding.nextTime), "period": 86_400,
        ])
    }

    /// The rates of the last and the coming settlement; 8 hours lie between two.
    private func funding(
        at time: Timestamp
    ) -> (latest: Rate, next: Rate, latestTime: Timestamp, nextTime: Timestamp) {
        let span: Int64 = 8 * 3_600 * 1_000_000_000
        let grid = Timestamp(nanoseconds: time.nanoseconds - time.nanoseconds % span)
        let latest = tape.lastFunding?.venueTime ?? grid
        var next = latest.advanced(byNanoseconds: span)
        if next <= time { next = grid.advanced(byNanoseconds: span) }
        let rate = tape.lastFunding?.rate ?? .zero
        return (rate, rate, latest, next)
    }

    private static let coinExFundingRange = Rate(attos: 375 * attosPerUnit / 100_000)

    /// The row of `/futures/funding-rate`.
    func fundingRow(at time: Timestamp) -> JSON {
        let funding = funding(at: time)
        return [
            "market": .text(name), "mark_price": .text((tape.mark ?? .zero).description),
            "latest_funding_rate": .text(funding.latest.description),
            "next_funding_rate": .text(funding.next.description),
            "max_funding_rate": .text(Self.coinExFundingRange.description),
            "min_funding_rate": .text("-" + Self.coinExFundingRange.description),
            "latest_funding_time": .milliseconds(funding.latestTime),
            "next_funding_time": .milliseconds(funding.nextTime),
        ]
    }

    /// The row of `index`: one source, which is the simulator.
    func indexRow(at time: Timestamp) -> JSON {
        let price = JSON.text((index ?? .zero).description)
        return [
            "market": .text(name), "created_at": .milliseconds(time), "price": price,
            "sources": [
                [
                    "exchange": "simulator", "created_at": .milliseconds(time),
                    "index_weight": "1", "index_price": price,
                ]
            ],
        ]
    }

    static func dealRow(_ deal: MarketTape.Deal) -> JSON {
        [
            "deal_id": .integer(deal.id), "created_at": .milliseconds(deal.time),
            "side": .text(deal.taker.description), "price": .text(deal.price.description),
            "amount": .text(deal.quantity.description),
        ]
    }
}
