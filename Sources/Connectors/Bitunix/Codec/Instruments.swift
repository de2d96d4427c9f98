package import TradingModel
package import WireText

/// The venue's spelling of symbols and its rules as instruments.
package enum BitunixInstruments {
    package static let venue = "bitunix"

    /// What a new account pays, for the venue's API does not tell what an account pays: 0.02 % and 0.06 %.
    package static let futuresMakerFee = Rate(attos: 200_000_000_000_000)
    package static let futuresTakerFee = Rate(attos: 600_000_000_000_000)

    /// What linear perpetuals are settled in.
    ///
    /// The others are settled in the coin, in contracts whose size is not known.
    private static let currencies: Set = ["USDT", "USDC"]

    /// `BTCUSDT`.
    package static func market(of symbol: Symbol) -> String {
        symbol.base.code + symbol.quote.code
    }

    /// How scripts write a market of the list; nil for a name that no symbol can have.
    ///
    /// The base is what the name has before the quote: of a market that counts thousands of a coin the field
    /// `base` names the coin alone.
    package static func symbol(of pair: TradingPair) -> Symbol? {
        guard currencies.contains(pair.quote), pair.market.hasSuffix(pair.quote),
            pair.market.count > pair.quote.count
        else {
            return nil
        }
        let base = pair.market.dropLast(pair.quote.count)
        return try? Symbol("\(venue):\(base)/\(pair.quote):\(pair.quote)")
    }

    /// - Throws: ``BadMessage`` when the list's precision makes no sense.
    package static func instrument(
        _ id: InstrumentID, _ symbol: Symbol, _ pair: TradingPair
    ) throws(BadMessage) -> Instrument {
        guard let lot = step(pair.basePrecision), let tick = step(pair.quotePrecision) else {
            throw BadMessage(
                "\(pair.market) has \(pair.basePrecision) and \(pair.quotePrecision) decimals, "
                    + "expected 0 to 18")
        }
        return Instrument(
            id: id, symbol: symbol, tick: Price(attos: tick), lot: Quantity(attos: lot),
            minQuantity: pair.minQuantity ?? .zero, makerFee: futuresMakerFee,
            takerFee: futuresTakerFee, spotFee: .received)
    }

    /// 10⁻ᵈ in attos.
    private static func step(_ decimals: Int) -> Int128? {
        guard (0...18).contains(decimals) else { return nil }
        return (0..<(18 - decimals)).reduce(1) { power, _ in power * 10 }
    }

    /// The listed symbols nearest to one that is not listed, nearest first.
    package static func nearest(to symbol: Symbol, among pairs: [TradingPair]) -> [String] {
        let wanted = Array(symbol.description.utf8)
        var found: [(distance: Int, text: String)] = []
        for pair in pairs {
            guard let text = self.symbol(of: pair)?.description else { continue }
            let distance = editDistance(wanted, Array(text.utf8))
            if distance <= 3 { found.append((distance, text)) }
        }
        found.sort { ($0.distance, $0.text) < ($1.distance, $1.text) }
        return found.prefix(3).map(\.text)
    }
}
