internal import PlainJSON
internal import TradingCore
internal import TradingModel

/// What `/_simulator/` and below tell: a venue's own books, to be held against a client's.
///
/// The words are the same for all venues, whatever their wire says. Decimals and ids are texts,
/// times are milliseconds since 1970, the oldest row is the first.
extension Exchange {
    /// The pages that the venue does not have.
    func ownPages(of venue: String) -> JSON {
        [
            "venue": .text(venue), "time": .milliseconds(now),
            "pages": [
                "/_simulator/state":
                    "accounts with balances, positions, orders and fills; each market's depth"
            ],
        ]
    }

    func report(of venue: String) -> JSON {
        [
            "venue": .text(venue), "time": .milliseconds(now),
            "market_is_over": .bool(feed.isOver),
            "feed_error": feed.failure.map { .text($0.description) } ?? .null,
            "markets": .array(markets.map(\.report)),
            "accounts": .array(accounts.map(\.report)),
        ]
    }
}

extension ExchangeMarket {
    /// What begins each row of something that happened on the market.
    var place: JSON { ["segment": .text(segment.rawValue), "market": .text(name)] }

    fileprivate var report: JSON {
        place.adding([
            "tick": .decimal(instrument.tick), "lot": .decimal(instrument.lot),
            "min_quantity": .decimal(minAmount), "maker_fee": .decimal(fees.maker),
            "taker_fee": .decimal(fees.taker), "last": .decimal(tape.last),
            "mark": .decimal(tape.mark),
            "trades": .integer(tape.dealCount),
            "trades_told_from": publishedFrom.map { .milliseconds($0) } ?? .null,
            "last_trades": .array(
                tape.deals.suffix(1_000).map { deal in
                    [
                        "trade_id": .integer(deal.id), "time": .milliseconds(deal.time),
                        "side": .text(deal.taker.description), "price": .decimal(deal.price),
                        "quantity": .decimal(deal.quantity),
                    ]
                }),
            "book": [
                "bids": levels(.buy), "asks": levels(.sell),
                "updated_at": .milliseconds(tape.changedAt),
            ],
        ])
    }

    private func levels(_ side: Side) -> JSON {
        .array(
            tape.levels(side, count: 1_000).map {
                .array([.decimal($0.price), .decimal($0.quantity)])
            })
    }
}

extension ExchangeAccount {
    fileprivate var report: JSON {
        [
            "key": .text(settings.key), "too_frequent": .integer(excessCount),
            "balances": .array(ExchangeSegment.allCases.flatMap(balances)),
            "positions": .array(positions.compactMap { $0?.report }),
            "closed_positions": .array(finishedPositions.map(\.report)),
            "open_orders": .array(open.map(\.view.report)),
            "stop_orders": .array(stops.map(\.report)),
            "fills": .array(executions.map(\.report)),
            "funding": .array(fundings.map(\.report)),
            "taken": .array(
                taken.map { entry in
                    entry.market.place.adding([
                        "order_id": .id(entry.id), "client_id": .text(entry.clientID),
                        "is_stop": .bool(entry.isStop),
                    ])
                }),
        ]
    }

    private func balances(_ segment: ExchangeSegment) -> [JSON] {
        (wallets[segment]?.currencies ?? []).map { currency in
            let holding = holding(segment, currency)
            return [
                "segment": .text(segment.rawValue), "currency": .text(currency.code),
                "total": .decimal(holding.total), "available": .decimal(holding.available),
                "frozen": .decimal(holding.frozen), "margin": .decimal(holding.margin),
            ]
        }
    }
}

extension OrderView {
    fileprivate var report: JSON {
        terms.market.place.adding([
            "order_id": .id(id), "client_id": .text(terms.clientID),
            "side": .text(side.description), "type": .text(terms.kind.rawValue),
            "price": .decimal(price), "quantity": .decimal(amount),
            "filled": .decimal(filled), "remaining": .decimal(remaining),
            "status": .text(status.rawValue), "time": .milliseconds(createdAt),
        ])
    }
}

extension ExchangeStop {
    fileprivate var report: JSON {
        terms.market.place.adding([
            "order_id": .id(id), "client_id": .text(terms.clientID),
            "side": .text(terms.side.description), "type": .text(terms.kind.rawValue),
            "price": .decimal(terms.price), "quantity": .decimal(terms.amount),
            "trigger_price": .decimal(trigger),
            "waits_for": .text(isHigher ? "higher" : "lower"), "time": .milliseconds(createdAt),
        ])
    }
}

extension ExchangeExecution {
    fileprivate var report: JSON {
        market.place.adding([
            "trade_id": .id(id), "order_id": .id(orderID), "client_id": .text(clientID),
            "time": .milliseconds(time), "side": .text(side.description),
            "price": .decimal(price), "quantity": .decimal(quantity),
            "liquidity": .text(liquidity.rawValue), "fee": .decimal(fee),
            "fee_currency": .text(feeCurrency.code),
        ])
    }
}

extension FundingPaid {
    fileprivate var report: JSON {
        market.place.adding([
            "received": .decimal(received), "rate": .decimal(rate), "time": .milliseconds(time),
        ])
    }
}

extension ExchangePosition {
    fileprivate var report: JSON {
        market.place.adding([
            "side": .text(side == .buy ? "long" : "short"), "quantity": .decimal(size),
            "average_price": .decimal(core.averagePrice), "margin": .decimal(margin),
            "leverage": .integer(leverage), "realised": .decimal(realised),
            "unrealised": .decimal(unrealised()),
        ])
    }
}

extension JSON {
    static func milliseconds(_ time: Timestamp) -> JSON {
        .integer(time.nanoseconds / 1_000_000)
    }

    /// Null where there is none.
    static func decimal(_ value: (some ExactDecimal)?) -> JSON {
        value.map { .text($0.description) } ?? .null
    }

    /// An id of an order or trade, which is a text whatever it is on the wire.
    static func id(_ number: Int64) -> JSON { .text(String(number)) }
}
