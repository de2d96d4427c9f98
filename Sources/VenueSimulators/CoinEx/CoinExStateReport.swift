internal import PlainJSON
internal import TradingModel

/// What `/_simulator/` and below tell: the venue's own books, to be held against a client's.
extension CoinExSimulator {
    /// The pages that the venue does not have.
    var ownPages: JSON {
        [
            "venue": "coinex", "time": .milliseconds(now),
            "pages": [
                "/_simulator/state":
                    "accounts with balances, positions, orders and fills; each market's depth"
            ],
        ]
    }

    var stateReport: JSON {
        [
            "venue": "coinex", "time": .milliseconds(now),
            "market_is_over": .bool(feed.isOver),
            "feed_error": feed.failure.map { .text($0.description) } ?? .null,
            "markets": .array(markets.map(marketReport)),
            "accounts": .array(accounts.map(accountReport)),
        ]
    }

    private func marketReport(_ market: CoinExMarket) -> JSON {
        let rows = { (side: Side) -> JSON in
            .array(
                market.tape.levels(side, count: 1_000).map {
                    .array([.text($0.price.description), .text($0.quantity.description)])
                })
        }
        return [
            "product": .text(market.product.rawValue), "market": .text(market.name),
            "last": market.tape.last.map { .text($0.description) } ?? .null,
            "mark": market.tape.mark.map { .text($0.description) } ?? .null,
            "deals": .integer(market.tape.dealCount),
            "deals_sent_from": market.dealsSentFrom.map { .milliseconds($0) } ?? .null,
            "last_deals": .array(market.tape.deals.suffix(1_000).map(CoinExMarket.dealRow)),
            "book": [
                "bids": rows(.buy), "asks": rows(.sell),
                "updated_at": .milliseconds(market.tape.changedAt),
            ],
        ]
    }

    private func accountReport(_ account: CoinExAccount) -> JSON {
        let wallet = { (product: CoinExProduct) -> JSON in
            let wallet = account.wallets[product] ?? CoinExWallet([:])
            return .array(
                wallet.currencies.map { currency in
                    let row =
                        product == .spot
                        ? account.spotRow(currency) : account.futuresRow(currency)
                    return row.adding(["total": .text(wallet[currency].total.description)])
                })
        }
        let product = { (market: CoinExMarket) -> JSON in
            ["product": .text(market.product.rawValue)]
        }
        return [
            "key": .text(account.settings.key), "too_frequent": .integer(account.excessCount),
            "spot": wallet(.spot),
            "futures": wallet(.futures),
            "positions": .array(account.positions.compactMap { $0?.row }),
            "closed": .array(account.finishedPositions.map(\.row)),
            "open_orders": .array(
                account.open.map { product($0.market).adding($0.row(CoinExQuirks())) }),
            "stop_orders": .array(
                account.stops.map { product($0.terms.market).adding($0.row) }),
            "fills": .array(account.deals.map { product($0.market).adding($0.push) }),
            "funding": .array(account.fundingRows),
            "taken": .array(
                account.taken.map { entry in
                    product(entry.market).adding([
                        "market": .text(entry.market.name), "order_id": .integer(entry.id),
                        "client_id": .text(entry.clientID), "is_stop": .bool(entry.isStop),
                    ])
                }),
        ]
    }
}
