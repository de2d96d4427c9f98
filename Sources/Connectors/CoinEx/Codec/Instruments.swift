package import AccountSession
package import TradingModel
package import WireText

/// The venue's spelling of symbols and its rules as instruments.
package enum CoinExInstruments {
    package static let venue = "coinex"

    /// A purchase pays its fee out of the coins that it brings, unless the CET discount pays it.
    package static let spotFee = SpotFee.received

    /// The fees of a new account, for lists that do not tell them.
    ///
    /// Futures lists show 0, which is not what is charged. Source: orders of 2024, maker 0.03 % and
    /// taker 0.05 %.
    private static let futuresMakerFee = Rate(attos: 300_000_000_000_000)
    private static let futuresTakerFee = Rate(attos: 500_000_000_000_000)

    package static func segment(of symbol: Symbol) -> Segment {
        symbol.kind == .spot ? .spot : .futures
    }

    /// The venue's name of a symbol: `BTCUSDT` for spot and linear, `BTCUSD` for inverse.
    package static func market(of symbol: Symbol) -> String {
        symbol.base.code + symbol.quote.code
    }

    /// How scripts write a market of the lists; nil for a name that no symbol can have.
    package static func symbol(of info: MarketInfo, _ segment: Segment) -> Symbol? {
        let settle =
            segment == .spot ? "" : info.isInverse ? ":\(info.base)" : ":\(info.quote)"
        return try? Symbol("\(venue):\(info.base)/\(info.quote)\(settle)")
    }

    /// What the lists say about an instrument.
    ///
    /// - Parameter fees: what the account pays, where that is known; the lists are only a guess.
    /// - Throws: ``BadMessage`` when the lists' precision makes no sense.
    package static func instrument(
        _ id: InstrumentID, _ symbol: Symbol, _ info: MarketInfo, fees: FeeRates?
    ) throws(BadMessage) -> Instrument {
        guard let lot = step(info.isInverse ? 0 : info.basePrecision),
            let precision = step(info.quotePrecision)
        else {
            throw BadMessage(
                "\(info.market) has \(info.basePrecision) and \(info.quotePrecision) decimals, "
                    + "expected 0 to 18")
        }
        let stated = info.tickSize.map(\.attos) ?? 0
        // A price must satisfy both; the tick is the stronger wherever it is a multiple.
        let tick = stated > 0 ? leastCommonMultiple(stated, precision) : precision
        let isSpot = segment(of: symbol) == .spot
        let listed = isSpot ? (info.makerFee, info.takerFee) : nonZero(info)
        return Instrument(
            id: id, symbol: symbol, tick: Price(attos: tick), lot: Quantity(attos: lot),
            minQuantity: info.minAmount ?? .zero, makerFee: fees?.maker ?? listed.0 ?? .zero,
            takerFee: fees?.taker ?? listed.1 ?? .zero, spotFee: spotFee)
    }

    private static func nonZero(_ info: MarketInfo) -> (Rate?, Rate?) {
        guard let maker = info.makerFee, let taker = info.takerFee, taker != .zero else {
            return (futuresMakerFee, futuresTakerFee)
        }
        return (maker, taker)
    }

    /// 10⁻ᵈ in attos.
    private static func step(_ decimals: Int) -> Int128? {
        guard (0...18).contains(decimals) else { return nil }
        return (0..<(18 - decimals)).reduce(1) { power, _ in power * 10 }
    }

    private static func leastCommonMultiple(_ one: Int128, _ other: Int128) -> Int128 {
        var (left, right) = (one, other)
        while right != 0 { (left, right) = (right, left % right) }
        let (product, overflow) = (one / left).multipliedReportingOverflow(by: other)
        return overflow ? max(one, other) : product
    }

    /// The listed symbols nearest to one that is not listed, nearest first.
    package static func nearest(to symbol: Symbol, among infos: [MarketInfo]) -> [String] {
        let segment = segment(of: symbol)
        let wanted = Array(symbol.description.utf8)
        var found: [(distance: Int, text: String)] = []
        for info in infos {
            guard let text = self.symbol(of: info, segment)?.description else { continue }
            let distance = editDistance(wanted, Array(text.utf8))
            if distance <= 3 { found.append((distance, text)) }
        }
        found.sort { ($0.distance, $0.text) < ($1.distance, $1.text) }
        return found.prefix(3).map(\.text)
    }
}

extension Candle {
    /// The candle as a bar; nil without a time, or while it still runs.
    package func bar(
        of instrument: InstrumentID, nanoseconds: Int64, closedBy now: Timestamp
    ) -> Bar? {
        guard let openTime else { return nil }
        let closeTime = openTime.advanced(byNanoseconds: nanoseconds)
        guard closeTime <= now else { return nil }
        return Bar(
            instrument: instrument, size: .time(nanoseconds: nanoseconds), open: open, high: high,
            low: low, close: close, volume: volume, openTime: openTime, closeTime: closeTime)
    }
}
