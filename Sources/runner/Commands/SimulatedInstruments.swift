import PaperTrading
import TradingModel

/// The embedded exchange's instruments of the script's symbols, in their order.
func simInstruments(_ symbols: [Symbol]) throws(RunFailure) -> [Instrument] {
    let names = SimulatedExchange.symbols
    var chosen: [Instrument] = []
    for symbol in symbols {
        guard symbol.venue == SimulatedExchange.venue else {
            throw RunFailure(
                .usage,
                "\(symbol): \(unknownName("venue", symbol.venue, among: [SimulatedExchange.venue]))"
            )
        }
        let id = InstrumentID(chosen.count)
        guard let instrument = SimulatedExchange.instrument(symbol, id: id) else {
            let near = nearestName(to: symbol.description, among: names)
            throw RunFailure(
                .usage,
                "the embedded exchange has no \(symbol)"
                    + (near.map { "; did you mean \($0)?" } ?? ".") + " It has: "
                    + names.joined(separator: ", "))
        }
        chosen.append(instrument)
    }
    return chosen
}
