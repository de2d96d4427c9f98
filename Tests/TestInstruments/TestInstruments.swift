package import TradingModel

/// Reads a price that the test wrote itself.
package func price(_ text: String) -> Price { parsed(text, Price.init) }
package func quantity(_ text: String) -> Quantity { parsed(text, Quantity.init) }
package func money(_ text: String) -> Money { parsed(text, Money.init) }
package func rate(_ text: String) -> Rate { parsed(text, Rate.init) }

private func parsed<Value>(
    _ text: String, _ parse: (String) throws(DecimalError) -> Value
) -> Value {
    do { return try parse(text) } catch { fatalError("`\(text)` \(error)") }
}

package func instrument(
    _ symbol: String, id: Int = 0, tick: String = "0.01", lot: String = "0.001",
    contractSize: String = "1", makerFee: String = "0", takerFee: String = "0",
    spotFee: SpotFee = .quote
) -> Instrument {
    do {
        return Instrument(
            id: InstrumentID(id), symbol: try Symbol(symbol), tick: price(tick),
            lot: quantity(lot), contractSize: quantity(contractSize), makerFee: rate(makerFee),
            takerFee: rate(takerFee), spotFee: spotFee)
    } catch { fatalError("\(error)") }
}

package let spot = instrument("test:BTC/USDT")
package let perpetual = instrument("test:BTC/USDT:USDT")
/// Enough of everything, where the test is not about money.
package let plenty: [Currency: Money] = [
    Currency("USDT"): money("1000000000"), Currency("BTC"): money("1000000"),
]
