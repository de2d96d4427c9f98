internal import ByteCoding
internal import PlainJSON
public import TradingModel
public import VenueSessions

/// What a run began with, beside what its `session.jsonl` says: in front of every file of its recording.
public struct RecordingHeader: Hashable, Sendable {
    /// Of the program that wrote it.
    public var program: String
    /// Where it trades: at one venue or at several, each with an account of its own.
    public var accounts: [Account]
    /// When the engine was made, by the run's clock.
    public var begun: Timestamp
    /// The start of every client order id.
    public var orderIDPrefix: String
    public var patience: VenuePatience
    /// With the venue's rules, in the order of their ids.
    public var instruments: [Instrument]
    /// Which file of the recording it is, from 1.
    public var file = 1

    /// An account of the run.
    public struct Account: Hashable, Sendable {
        public var venue: String
        /// Whether it is the venue's; else it is simulated.
        public var isLive: Bool

        public init(venue: String, isLive: Bool) {
            self.venue = venue
            self.isLive = isLive
        }
    }

    /// Whether real money is traded at any of its venues.
    public var isLive: Bool { accounts.contains(where: \.isLive) }
    /// The names of its venues: `coinex`, `coinex+coinut`.
    public var venue: String { accounts.map(\.venue).joined(separator: "+") }

    public init(
        program: String, isLive: Bool, venue: String, begun: Timestamp, orderIDPrefix: String,
        patience: VenuePatience, instruments: [Instrument]
    ) {
        self.init(
            program: program, accounts: [Account(venue: venue, isLive: isLive)], begun: begun,
            orderIDPrefix: orderIDPrefix, patience: patience, instruments: instruments)
    }

    public init(
        program: String, accounts: [Account], begun: Timestamp, orderIDPrefix: String,
        patience: VenuePatience, instruments: [Instrument]
    ) {
        self.program = program
        self.accounts = accounts
        self.begun = begun
        self.orderIDPrefix = orderIDPrefix
        self.patience = patience
        self.instruments = instruments
    }

    private static let format: Int64 = 2

    // MARK: - As JSON

    var bytes: [UInt8] {
        JSON.pairs(
            [
                ("format", .integer(Self.format)), ("program", .text(program)),
                ("mode", .text(isLive ? "live" : "paper")), ("venue", .text(venue)),
                ("file", .integer(Int64(file))), ("begun", .integer(begun.nanoseconds)),
                ("order_id_prefix", .text(orderIDPrefix)),
                (
                    "patience",
                    .array([
                        .integer(patience.position), .integer(patience.forcedPosition),
                        .integer(patience.windDown),
                    ])
                ), ("instruments", .array(instruments.map(Self.json))),
            ] + moreAccounts
        ).bytes
    }

    /// What a run at one venue has said with its mode.
    private var moreAccounts: [(String, JSON)] {
        guard accounts.count > 1 else { return [] }
        let list = accounts.map { account in
            JSON.pairs([
                ("venue", .text(account.venue)), ("mode", .text(account.isLive ? "live" : "paper")),
            ])
        }
        return [("accounts", .array(list))]
    }

    private static func json(_ instrument: Instrument) -> JSON {
        JSON.pairs(
            [
                ("symbol", .text(instrument.symbol.description)),
                ("kind", .text(instrument.kind.rawValue)), ("tick", .text("\(instrument.tick)")),
                ("lot", .text("\(instrument.lot)")),
                ("min_quantity", .text("\(instrument.minQuantity)")),
                ("min_notional", .text("\(instrument.minNotional)")),
                ("contract_size", .text("\(instrument.contractSize)")),
                ("maker_fee", .text("\(instrument.makerFee)")),
                ("taker_fee", .text("\(instrument.takerFee)")),
                ("spot_fee", .text(instrument.spotFee.rawValue)),
            ] + unusual(instrument))
    }

    /// What most instruments have not.
    private static func unusual(_ instrument: Instrument) -> [(String, JSON)] {
        var pairs: [(String, JSON)] = []
        if let fees = instrument.unitFees {
            pairs.append(("unit_fees", .array([.text("\(fees.maker)"), .text("\(fees.taker)")])))
        }
        if !instrument.keepsReduceOnly, instrument.kind != .spot {
            pairs.append(("keeps_reduce_only", .bool(false)))
        }
        return pairs
    }

    private static func unitFees(_ json: JSON) throws(Unreadable) -> UnitFees? {
        guard let items = json["unit_fees"]?.items else { return nil }
        let amounts = items.compactMap { $0.text.flatMap { try? Money($0) } }
        guard amounts.count == 2 else {
            throw Unreadable("an instrument's fees are not of the form")
        }
        return UnitFees(maker: amounts[0], taker: amounts[1])
    }

    init(_ bytes: ArraySlice<UInt8>) throws(Unreadable) {
        guard let json = try? JSON(parsing: String(decoding: bytes, as: UTF8.self)[...]) else {
            throw Unreadable("its header is not JSON")
        }
        guard json["format"]?.integer == Self.format else {
            throw Unreadable("it was written by another version of the program, in another format")
        }
        guard let program = json["program"]?.text, let mode = json["mode"]?.text,
            let venue = json["venue"]?.text, let begun = json["begun"]?.integer,
            let prefix = json["order_id_prefix"]?.text, let file = json["file"]?.integer,
            let patience = json["patience"]?.items?.compactMap(\.integer), patience.count == 3,
            let list = json["instruments"]?.items, !list.isEmpty
        else { throw Unreadable("its header lacks something") }
        let several = json["accounts"]?.items?.compactMap { account in
            account["venue"]?.text.map {
                Account(venue: $0, isLive: account["mode"]?.text == "live")
            }
        }
        self.init(
            program: program,
            accounts: several ?? [Account(venue: venue, isLive: mode == "live")],
            begun: Timestamp(nanoseconds: begun), orderIDPrefix: prefix,
            patience: VenuePatience(
                position: patience[0], forcedPosition: patience[1], windDown: patience[2]),
            instruments: try list.enumerated().map { (place, json) throws(Unreadable) in
                try Self.instrument(json, InstrumentID(place))
            })
        self.file = Int(file)
    }

    private static func instrument(
        _ json: JSON, _ id: InstrumentID
    ) throws(Unreadable) -> Instrument {
        func decimal<Value: ExactDecimal>(_ key: String) throws(Unreadable) -> Value {
            guard let text = json[key]?.text, let value = try? Value(text) else {
                throw Unreadable("an instrument has no \(key)")
            }
            return value
        }
        guard let symbol = json["symbol"]?.text.flatMap({ try? Symbol($0) }),
            let kind = json["kind"]?.text.flatMap(InstrumentKind.init(rawValue:)),
            let spotFee = json["spot_fee"]?.text.flatMap(SpotFee.init(rawValue:))
        else { throw Unreadable("an instrument is not of the form") }
        let (tick, lot): (Price, Quantity) = (try decimal("tick"), try decimal("lot"))
        let size: Quantity = try decimal("contract_size")
        guard tick > .zero, lot > .zero, size > .zero else {
            throw Unreadable("an instrument's steps are not above zero")
        }
        return Instrument(
            id: id, symbol: symbol, kind: kind, tick: tick, lot: lot,
            minQuantity: try decimal("min_quantity"), minNotional: try decimal("min_notional"),
            contractSize: size, makerFee: try decimal("maker_fee"),
            takerFee: try decimal("taker_fee"), unitFees: try unitFees(json), spotFee: spotFee,
            keepsReduceOnly: json["keeps_reduce_only"] != .bool(false))
    }
}
