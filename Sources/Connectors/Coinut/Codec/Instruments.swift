package import PlainJSON
package import TradingModel
package import WireText

/// A pair as `inst_list` describes it.
///
///     "LTCBTC": [{"base": "LTC", "inst_id": 1, "decimal_places": 5, "quote": "BTC"}]
package struct InstrumentInfo: Hashable {
    /// The venue's name of it, such as `LTCBTC`.
    package let pair: String
    package let base: String
    package let quote: String
    package let number: InstrumentNumber
    /// The decimals of prices; quantities have their own.
    package let decimals: Int64
}

/// The spot pairs of an `inst_list`, in the order of their names.
package struct InstrumentList: WireValue, Hashable {
    /// What requests for the list ask for, and where the reply has it.
    static let kind = "SPOT"

    package let instruments: [InstrumentInfo]

    package init(reading json: JSON) throws {
        guard let pairs = json[Self.kind]?.members else {
            throw BadMessage("`\(Self.kind)` is missing or no object")
        }
        instruments = try pairs.compactMap { pair in
            // A list, of which the first is meant; an empty one offers nothing.
            guard let first = try listed(pair.value).first else { return nil }
            let fields = try Fields(first)
            return InstrumentInfo(
                pair: pair.key, base: try fields.need("base"), quote: try fields.need("quote"),
                number: try fields.needNumber(InstrumentNumber.self, "inst_id"),
                decimals: try fields.needInt("decimal_places"))
        }
        .sorted { $0.pair < $1.pair }
    }
}

/// The venue's pairs as symbols and instruments.
package enum CoinutInstruments {
    package static let venue = "coinut"

    /// How scripts write a pair; nil for names that no symbol can have.
    package static func symbol(of info: InstrumentInfo) -> Symbol? {
        try? Symbol("\(venue):\(info.base)/\(info.quote)")
    }

    /// The listed symbols nearest to one that is not listed, nearest first.
    package static func nearest(to symbol: Symbol, in list: InstrumentList) -> [String] {
        let wanted = Array(symbol.description.utf8)
        let found = list.instruments.compactMap { info in
            self.symbol(of: info).map { listed in
                (distance: editDistance(wanted, Array(listed.description.utf8)), listed)
            }
        }
        return found.filter { $0.distance <= 3 }
            .sorted { ($0.distance, $0.1.description) < ($1.distance, $1.1.description) }
            .prefix(3).map(\.1.description)
    }

    /// What the list says about an instrument, and what it does not say by assumption.
    ///
    /// - Throws: ``BadMessage`` when its decimals make no sense.
    package static func instrument(
        _ id: InstrumentID, _ symbol: Symbol, _ info: InstrumentInfo
    ) throws(BadMessage) -> Instrument {
        guard (0...18).contains(info.decimals) else {
            throw BadMessage("\(info.pair) has \(info.decimals) decimals, expected 0 to 18")
        }
        let tick = (0..<(18 - info.decimals)).reduce(Int128(1)) { power, _ in power * 10 }
        return Instrument(
            id: id, symbol: symbol, tick: Price(attos: tick), lot: CoinutAssumptions.lot,
            minQuantity: CoinutAssumptions.minQuantity, makerFee: CoinutAssumptions.makerFee,
            takerFee: CoinutAssumptions.takerFee, spotFee: .quote)
    }
}
