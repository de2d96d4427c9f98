import PropertyTesting
import TradingModel

extension Instrument {
    static func spot(minNotional: String = "0", id: Int = 0) throws -> Instrument {
        Instrument(
            id: InstrumentID(id), symbol: try Symbol("sim:BTC/USDT"), tick: try Price("0.1"),
            lot: try Quantity("0.001"), minNotional: try Money(minNotional))
    }

    /// A spot market that takes the fee of a purchase out of the coins.
    static func coinSpot(
        lot: String = "0.001", minQuantity: String = "0", takerFee: String = "0.002"
    ) throws -> Instrument {
        Instrument(
            id: InstrumentID(0), symbol: try Symbol("coinex:BTC/USDT"), tick: try Price("0.1"),
            lot: try Quantity(lot), minQuantity: try Quantity(minQuantity),
            makerFee: try Rate("0.001"), takerFee: try Rate(takerFee), spotFee: .received)
    }

    static func linear(
        tick: String = "0.1", lot: String = "0.001", minQuantity: String = "0",
        minNotional: String = "0", contractSize: String = "1", id: Int = 0
    ) throws -> Instrument {
        Instrument(
            id: InstrumentID(id), symbol: try Symbol("sim:BTC/USDT:USDT"), tick: try Price(tick),
            lot: try Quantity(lot), minQuantity: try Quantity(minQuantity),
            minNotional: try Money(minNotional), contractSize: try Quantity(contractSize))
    }

    static func inverse(
        minNotional: String = "0", contractSize: String = "1", id: Int = 0
    ) throws -> Instrument {
        Instrument(
            id: InstrumentID(id), symbol: try Symbol("sim:BTC/USD:BTC"), tick: try Price("0.5"),
            lot: try Quantity("1"), minNotional: try Money(minNotional),
            contractSize: try Quantity(contractSize))
    }

    static func quanto(
        contractSize: String = "0.001", id: Int = 0, keepsReduceOnly: Bool = false
    ) throws -> Instrument {
        Instrument(
            id: InstrumentID(id), symbol: try Symbol("coinpit:BTC/USD:BTC"), kind: .quanto,
            tick: try Price("0.1"), lot: try Quantity("1"),
            contractSize: try Quantity(contractSize), keepsReduceOnly: keepsReduceOnly)
    }

    /// One of `kind` whose contract size is 1, a round one, or none that a venue would choose.
    static func random(_ kind: InstrumentKind, _ random: inout Seeded) throws -> Instrument {
        let size = random.pick(["1", "0.001", "10", "0.000000000000000007", "12.3456789"])
        switch kind {
        case .spot: return try .spot()
        case .linear: return try .linear(contractSize: size)
        case .inverse: return try .inverse(contractSize: size)
        case .quanto: return try .quanto(contractSize: size)
        }
    }
}

extension Funding {
    static func stub(rate: String, mark: String) throws -> Funding {
        Funding(
            instrument: InstrumentID(0), rate: try Rate(rate), mark: try Price(mark),
            venueTime: Timestamp(nanoseconds: 0), receiveTime: Timestamp(nanoseconds: 0))
    }
}
