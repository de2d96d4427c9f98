internal import PaperTrading
package import TradingModel

/// What a simulated venue is told when it starts.
package struct SimulatorSettings: Sendable {
    /// As `--fault` takes them.
    package var faults: [String] = []
    package var accounts: [VenueAccount] = [.generous]
    /// Decides what happens by chance.
    package var seed: UInt64 = 1
    /// Whether it takes only what the venue's documentation allows, and not what the venue is
    /// known to take besides.
    package var isStrict = false

    package init() {}
}

/// A venue that can be simulated: its name, where it is reached, and how it is made.
package struct SimulatorChoice: Sendable {
    /// An address below the server's own.
    package struct Place: Sendable {
        package let name: String
        package let path: String
    }

    /// Makes the simulator of a market that begins at a time.
    package typealias Maker =
        @Sendable ([Instrument], SimulatedFeed, Timestamp) -> any VenueSimulator

    /// As symbols have it.
    package let name: String
    /// Where REST calls begin, such as `/v2`.
    package let requestPath: String
    package let sockets: [Place]
    package let segments: [ExchangeSegment]
    /// A pair that it trades, as a symbol has it behind the venue's name.
    package let example: String
    /// Whether it has futures that settle in what they are of.
    var hasInverse = true
    /// Whether it has no others.
    var hasOnlyInverse = false
    /// What it has where nobody asks for another.
    package var usualAccount = VenueAccount.generous
    let make: @Sendable (SimulatorSettings) throws(InvalidFault) -> (FaultPlan, Maker)

    /// All there are.
    package static let all: [SimulatorChoice] = [.coinEx, .coinut, .bitunix, .coinTR]

    /// Reads the settings, whose faults may name what there is not.
    package func maker(
        _ settings: SimulatorSettings
    ) throws(InvalidFault) -> (plan: FaultPlan, maker: Maker) {
        try make(settings)
    }

    /// What its synthetic market trades, each at its place.
    package var syntheticInstruments: [Instrument] {
        SimulatedMarket.instruments.filter(trades).enumerated().compactMap { place, instrument in
            SimulatedExchange.instrument(instrument.symbol, id: InstrumentID(place))
        }
    }

    /// Whether the venue has a market for it.
    package func trades(_ instrument: Instrument) -> Bool {
        if instrument.kind == .inverse, !hasInverse { return false }
        if instrument.kind != .inverse, hasOnlyInverse { return false }
        return segments.contains(instrument.kind == .spot ? .spot : .futures)
    }
}

extension FaultPlan {
    /// Reads several texts of `--fault`; where two name a fault, the later share holds.
    init<Quirks: VenueQuirks>(_ texts: [String], quirks: inout Quirks) throws(InvalidFault) {
        self.init()
        for text in texts {
            shares.merge(try FaultPlan(text, quirks: &quirks).shares) { $1 }
        }
    }
}
