import MarketFiles
import TradingModel
import VenueSessions

/// Where the facts about an instrument of a backtest come from, each winning over the next: flags,
/// the recording's own sidecar, the decimals of the data.
struct InstrumentSources {
    let symbol: Symbol
    let files: [MarketFileFacts]
    /// Those `--instrument` values that are meant for the symbol; the last one wins.
    let flags: [InstrumentArgument]

    /// The sidecar of the newest recording: a venue may have changed its tick in between.
    private var recording: (path: String, instrument: Instrument)? {
        let found = files.compactMap { file in
            file.sidecar.map { (path: file.path, sidecar: $0) }
        }
        return found.max { $0.sidecar.begun < $1.sidecar.begun }
            .map { ($0.path, $0.sidecar.instrument) }
    }

    func instrument(id: InstrumentID) -> Instrument {
        let recorded = recording?.instrument
        let priceDecimals = files.map(\.priceDecimals).max() ?? 0
        let quantityDecimals = files.map(\.quantityDecimals).max() ?? 0
        let fees = Fees.usual(for: symbol.kind)
        return Instrument(
            id: id, symbol: symbol, kind: flags.compactMap(\.kind).last ?? recorded?.kind,
            tick: flags.compactMap(\.tick).last ?? recorded?.tick
                ?? Price(attos: DecimalScale(decimals: priceDecimals).attos(1)),
            lot: flags.compactMap(\.lot).last ?? recorded?.lot
                ?? Quantity(attos: DecimalScale(decimals: quantityDecimals).attos(1)),
            minQuantity: flags.compactMap(\.minQuantity).last ?? recorded?.minQuantity ?? .zero,
            minNotional: flags.compactMap(\.minNotional).last ?? recorded?.minNotional ?? .zero,
            contractSize: flags.compactMap(\.contractSize).last ?? recorded?.contractSize
                ?? Quantity(attos: attosPerUnit),
            makerFee: recorded?.makerFee ?? fees.maker, takerFee: recorded?.takerFee ?? fees.taker,
            spotFee: Venue.named(symbol.venue)?.spotFee ?? .quote)
    }

    /// One line for people: what is known, and who said it.
    func description(of instrument: Instrument, _ settings: Settings) -> String {
        var text =
            "\(instrument.symbol): \(instrument.kind.rawValue), tick \(instrument.tick), "
            + "lot \(instrument.lot)"
        let flagged = flags.flatMap(\.names)
        guard let recording else {
            return flagged.isEmpty
                ? text + " (from the data's decimals; --instrument says otherwise)" : text
        }
        text +=
            ", fees \(settings.makerFee ?? instrument.makerFee) maker, "
            + "\(settings.takerFee ?? instrument.takerFee) taker (from the recording \(recording.path)"
        if !flagged.isEmpty { text += "; \(flagged.joined(separator: ", ")) by --instrument" }
        let fees =
            (settings.makerFee == nil ? [] : ["maker"])
            + (settings.takerFee == nil ? [] : ["taker"])
        if !fees.isEmpty { text += "; \(fees.joined(separator: " and ")) fee by the settings" }
        return text + ")"
    }
}

extension InstrumentArgument {
    /// The facts that it gives, by the names that the user wrote.
    fileprivate var names: [String] {
        let given: [(String, Bool)] = [
            ("tick", tick != nil), ("lot", lot != nil), ("kind", kind != nil),
            ("min_qty", minQuantity != nil), ("min_notional", minNotional != nil),
            ("contract_size", contractSize != nil),
        ]
        return given.filter(\.1).map(\.0)
    }
}

/// Fees where neither settings nor a venue say any.
enum Fees {
    static func usual(for kind: InstrumentKind) -> (maker: Rate, taker: Rate) {
        let basisPoint = attosPerUnit / 10_000
        return switch kind {
        case .spot: (Rate(attos: 10 * basisPoint), Rate(attos: 10 * basisPoint))
        case .linear, .inverse, .quanto: (Rate(attos: 2 * basisPoint), Rate(attos: 5 * basisPoint))
        }
    }
}
