internal import TradingCore
package import TradingModel

/// A part of a venue with wallets and markets of its own.
package enum ExchangeSegment: String, CaseIterable, Sendable {
    case spot
    case futures
}

/// What makers and takers pay as a share of the notional.
package struct ExchangeFees: Hashable, Sendable {
    package var maker: Rate
    package var taker: Rate
    package init(maker: Rate, taker: Rate) {
        self.maker = maker
        self.taker = taker
    }
}

/// One market: an instrument under the venue's own name, with its public record.
final class ExchangeMarket {
    let instrument: Instrument
    let tape: MarketTape
    let fees: ExchangeFees
    /// As the venue spells it; spot and futures may share names.
    let name: String
    /// When a client last began to be told of trades.
    var publishedFrom: Timestamp?

    init(
        _ instrument: Instrument, name: String, fees: ExchangeFees, start: Timestamp,
        nextTradeID: (() -> Int64)?
    ) {
        self.instrument = instrument
        self.name = name
        self.fees = fees
        tape = MarketTape(instrument, start: start, nextID: nextTradeID)
    }

    var segment: ExchangeSegment { instrument.kind == .spot ? .spot : .futures }
    var base: Currency { instrument.symbol.base }
    var quote: Currency { instrument.symbol.quote }
    /// What profits, margins and futures fees are paid in.
    var settle: Currency { instrument.settle }
    var minAmount: Quantity { max(instrument.minQuantity, instrument.lot) }
    var isInverse: Bool { instrument.kind == .inverse }

    func value(_ quantity: Quantity, at price: Price, _ rounding: Rounding) -> Money? {
        instrument.contract.value(of: quantity, at: price, rounding)
    }

    /// The market's own price as the index, too: there is no other exchange to look at.
    var index: Price? { tape.last ?? tape.mark }

    /// What the public depth gives an order, level by level; the last price where there is none.
    func walk(
        _ side: Side, _ quantity: Quantity, limit: Price?
    ) -> (fills: [BookLevel], rest: Quantity) {
        var levels = tape.levels(side.opposite, count: Self.walkedLevels)
        if levels.isEmpty, let last = tape.last {
            levels = [BookLevel(price: last, quantity: quantity)]
        }
        var rest = quantity
        var fills: [BookLevel] = []
        for level in levels where rest > .zero {
            if let limit, side == .buy ? level.price > limit : level.price < limit { break }
            let step = min(rest, level.quantity)
            fills.append(BookLevel(price: level.price, quantity: step))
            rest -= step
        }
        return (fills, rest)
    }

    /// How deep one order reaches at most.
    static let walkedLevels = 200
}
