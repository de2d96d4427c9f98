package import AccountSession
package import TradingModel
package import WireText

/// The venue's spelling of symbols and its rules as instruments.
package enum CoinTRInstruments {
    package static let venue = "cointr"

    /// A purchase pays its fee out of the coins that it brings.
    package static let spotFee = SpotFee.received

    /// What a run without a key takes a fill to cost, for the lists tell no fees: of spot the 0.09 % of the
    /// documented sample, of perpetuals 0.02 % and 0.06 %, which is assumed.
    package static let spotFees = AccountFees(
        maker: Rate(attos: 900_000_000_000_000), taker: Rate(attos: 900_000_000_000_000))
    package static let futuresFees = AccountFees(
        maker: Rate(attos: 200_000_000_000_000), taker: Rate(attos: 600_000_000_000_000))

    package static func segment(of symbol: Symbol) -> Segment {
        symbol.kind == .spot ? .spot : .futures
    }

    /// The venue's name of a symbol; that of a spot market and of futures may be the same.
    package static func name(of symbol: Symbol) -> String {
        symbol.base.code + symbol.quote.code
    }

    /// How scripts write a market of the lists; nil: no symbol can have its name, or it settles in
    /// something else than what its prices count.
    package static func symbol(of info: MarketInfo) -> Symbol? {
        guard let contract = info.contract else {
            return try? Symbol("\(venue):\(info.base)/\(info.quote)")
        }
        guard contract.settle == info.quote else { return nil }
        return try? Symbol("\(venue):\(info.base)/\(info.quote):\(contract.settle)")
    }

    /// What the lists say about an instrument; sizes in base currency, a contract is the least step.
    ///
    /// - Throws: ``BadMessage`` when they make no sense.
    package static func instrument(
        _ id: InstrumentID, _ symbol: Symbol, _ info: MarketInfo
    ) throws(BadMessage) -> Instrument {
        guard let precision = step(info.priceDecimals) else {
            throw BadMessage("\(info.name) has prices of \(info.priceDecimals) decimals")
        }
        if let contract = info.contract {
            let least = max(contract.least, Quantity(attos: attosPerUnit))
            return Instrument(
                id: id, symbol: symbol, tick: tick(info, contract, precision),
                lot: contract.value,
                minQuantity: SizeUnit(contract: contract.value).base(least),
                makerFee: futuresFees.maker, takerFee: futuresFees.taker, spotFee: spotFee)
        }
        guard let decimals = info.sizeDecimals, let lot = step(decimals) else {
            throw BadMessage("\(info.name) does not say of how many decimals its sizes are")
        }
        return Instrument(
            id: id, symbol: symbol, tick: Price(attos: precision), lot: Quantity(attos: lot),
            minQuantity: info.least, makerFee: spotFees.maker, takerFee: spotFees.taker,
            spotFee: spotFee)
    }

    /// What is stated where it can be one: samples have ticks that are dearer than the finest book.
    private static func tick(
        _ info: MarketInfo, _ contract: MarketInfo.Contract, _ precision: Int128
    ) -> Price {
        let stated = contract.tick.flatMap { try? Price($0).admitted() } ?? .zero
        let isSound = stated > .zero && info.steps.first.map { stated <= $0 } ?? false
        return isSound ? stated : Price(attos: precision)
    }

    /// 10⁻ᵈ in attos.
    private static func step(_ decimals: Int) -> Int128? {
        guard (0...18).contains(decimals) else { return nil }
        return (0..<(18 - decimals)).reduce(1) { power, _ in power * 10 }
    }

    /// The listed symbols nearest to one that is not listed, nearest first.
    package static func nearest(to symbol: Symbol, among infos: [MarketInfo]) -> [String] {
        let wanted = Array(symbol.description.utf8)
        var found: [(distance: Int, text: String)] = []
        for info in infos {
            guard let text = self.symbol(of: info)?.description else { continue }
            let distance = editDistance(wanted, Array(text.utf8))
            if distance <= 3 { found.append((distance, text)) }
        }
        found.sort { ($0.distance, $0.text) < ($1.distance, $1.text) }
        return found.prefix(3).map(\.text)
    }
}
