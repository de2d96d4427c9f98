internal import PlainJSON
internal import TradingModel

extension RecordingSidecar {
    private static let version: Int64 = 1
    private static let feedNames: [(name: String, feed: MarketFeed)] = [
        ("trades", .trades), ("quotes", .quotes), ("book", .book),
    ]

    /// Decimals are texts: a JSON number may go through a float in another program.
    var json: JSON {
        let symbol = instrument.symbol
        let names = Self.feedNames.filter { feeds.contains($0.feed) }.map { JSON.text($0.name) }
        let common: JSON = [
            "format": .text(Self.formatName), "version": .integer(Self.version),
            "recorder": .text(recorder), "symbol": .text(symbol.description),
            "venue": .text(symbol.venue), "kind": .text(instrument.kind.rawValue),
            "base": .text(symbol.base.code), "quote": .text(symbol.quote.code),
            "settle": .text(instrument.settle.code), "tick": .text(instrument.tick.description),
            "lot": .text(instrument.lot.description),
            "min_quantity": .text(instrument.minQuantity.description),
            "min_notional": .text(instrument.minNotional.description),
            "contract_size": .text(instrument.contractSize.description),
            "maker_fee": .text(instrument.makerFee.description),
            "taker_fee": .text(instrument.takerFee.description), "feeds": .array(names),
            "depth": depth.map(JSON.integer) ?? .null, "begun": .text(UTCTime(begun).iso),
            "ended": ending.map { .text(UTCTime($0.at).iso) } ?? .null,
            "counts": ending.map { Self.json($0.counts) } ?? .null,
        ]
        return .object((common.members ?? []) + unusual)
    }

    /// What most instruments have not.
    private var unusual: [JSONMember] {
        var members: [JSONMember] = []
        if let fees = instrument.unitFees {
            members.append(
                JSONMember(key: "maker_fee_per_unit", value: .text(fees.maker.description)))
            members.append(
                JSONMember(key: "taker_fee_per_unit", value: .text(fees.taker.description)))
        }
        if !instrument.keepsReduceOnly, instrument.kind != .spot {
            members.append(JSONMember(key: "keeps_reduce_only", value: .bool(false)))
        }
        return members
    }

    private static func json(_ counts: RecordingCounts) -> JSON {
        .object(
            RecordingCounts.fields.map {
                JSONMember(key: $0.name, value: .integer(counts[keyPath: $0.path]))
            })
    }

    /// - Throws: the first field that is missing, unknown, or not what it should be.
    init(_ json: JSON) throws(BadLine) {
        var fields = SidecarReader(json)
        _ = try fields.text("format")
        let version = try fields.count("version")
        guard version <= Self.version else {
            throw BadLine(
                reason: "`version` is \(version), this runner reads up to \(Self.version); use the "
                    + "runner that recorded it, or a newer one")
        }
        recorder = try fields.text("recorder")
        instrument = try Self.instrument(&fields)
        feeds = []
        for name in try fields.names("feeds") {
            guard let found = Self.feedNames.first(where: { $0.name == name }) else {
                throw fields.wrong("feeds", name, "a list of trades, quotes and book")
            }
            feeds.append(found.feed)
        }
        depth = try fields.isNull("depth") ? nil : fields.count("depth")
        begun = try fields.time("begun")
        if try fields.isNull("ended") {
            guard try fields.isNull("counts") else {
                throw fields.wrong("counts", "there", "null while `ended` is null")
            }
            ending = nil
        } else {
            let time = try fields.time("ended")
            var inner = SidecarReader(try fields.taken("counts"))
            var counts = RecordingCounts()
            for (name, path) in RecordingCounts.fields {
                counts[keyPath: path] = try inner.count(name)
            }
            try inner.finish()
            ending = Ending(at: time, counts: counts)
        }
        try fields.finish()
    }

    private static func unitFees(_ fields: inout SidecarReader) throws(BadLine) -> UnitFees? {
        guard fields.has("maker_fee_per_unit") else { return nil }
        return UnitFees(
            maker: try fields.decimal("maker_fee_per_unit"),
            taker: try fields.decimal("taker_fee_per_unit"))
    }

    private static func keepsReduceOnly(_ fields: inout SidecarReader) throws(BadLine) -> Bool {
        guard fields.has("keeps_reduce_only") else { return true }
        guard case .bool(let keeps) = try fields.taken("keeps_reduce_only") else {
            throw fields.wrong("keeps_reduce_only", "no truth value", "true or false")
        }
        return keeps
    }

    private static func instrument(_ fields: inout SidecarReader) throws(BadLine) -> Instrument {
        let text = try fields.text("symbol")
        let symbol: Symbol
        do throws(InvalidSymbol) { symbol = try Symbol(text) } catch {
            throw BadLine(reason: "`symbol`: \(error)")
        }
        let kindName = try fields.text("kind")
        guard let kind = InstrumentKind(rawValue: kindName) else {
            throw fields.wrong("kind", kindName, "spot, linear, inverse or quanto")
        }
        let instrument = Instrument(
            id: InstrumentID(0), symbol: symbol, kind: kind,
            tick: try fields.decimal("tick", above: .zero),
            lot: try fields.decimal("lot", above: .zero),
            minQuantity: try fields.decimal("min_quantity"),
            minNotional: try fields.decimal("min_notional"),
            contractSize: try fields.decimal("contract_size", above: .zero),
            makerFee: try fields.decimal("maker_fee"), takerFee: try fields.decimal("taker_fee"),
            unitFees: try unitFees(&fields), keepsReduceOnly: try keepsReduceOnly(&fields))
        // Said twice for other programs; two truths would be worse than none.
        for (name, expected) in [
            ("venue", symbol.venue), ("base", symbol.base.code), ("quote", symbol.quote.code),
            ("settle", instrument.settle.code),
        ] {
            let found = try fields.text(name)
            guard found == expected else {
                throw fields.wrong(name, found, "\(expected), as `symbol` and `kind` say")
            }
        }
        return instrument
    }
}

/// Takes the members of an object one by one; what is left at the end was not expected.
private struct SidecarReader {
    private var members: [JSONMember]

    init(_ json: JSON) { members = json.members ?? [] }

    func has(_ name: String) -> Bool { members.contains { $0.key == name } }

    func wrong(_ name: String, _ found: String, _ expected: String) -> BadLine {
        BadLine(reason: "`\(name)` is `\(found)`, expected \(expected)")
    }

    func value(_ name: String) throws(BadLine) -> JSON {
        let found = members.filter { $0.key == name }
        guard let first = found.first else {
            throw BadLine(reason: "has no `\(name)`; add it, or record again")
        }
        guard found.count == 1 else {
            throw BadLine(reason: "says `\(name)` \(found.count) times, expected once")
        }
        return first.value
    }

    mutating func taken(_ name: String) throws(BadLine) -> JSON {
        let value = try value(name)
        members.removeAll { $0.key == name }
        return value
    }

    /// Whether the member is null, which takes it.
    mutating func isNull(_ name: String) throws(BadLine) -> Bool {
        guard case .null = try value(name) else { return false }
        members.removeAll { $0.key == name }
        return true
    }

    mutating func text(_ name: String) throws(BadLine) -> String {
        let value = try taken(name)
        guard let text = value.text else {
            throw wrong(name, String(decoding: value.bytes, as: UTF8.self), "a text")
        }
        return text
    }

    mutating func count(_ name: String) throws(BadLine) -> Int {
        let value = try taken(name)
        guard let number = value.integer, let count = Int(exactly: number), count >= 0 else {
            throw wrong(name, String(decoding: value.bytes, as: UTF8.self), "a whole number")
        }
        return count
    }

    mutating func names(_ name: String) throws(BadLine) -> [String] {
        let value = try taken(name)
        let texts = value.items?.compactMap(\.text)
        guard let texts, texts.count == value.items?.count else {
            throw wrong(name, String(decoding: value.bytes, as: UTF8.self), "a list of texts")
        }
        return texts
    }

    mutating func time(_ name: String) throws(BadLine) -> Timestamp {
        let text = try text(name)
        let bytes = Array(text.utf8)
        guard let time = parseISOTime(bytes.span, 0..<bytes.count) else {
            throw wrong(name, text, "a time such as 2026-01-31T23:59:59Z")
        }
        return time
    }

    /// - Parameter above: what the value must exceed.
    mutating func decimal<Value: ExactDecimal>(
        _ name: String, above least: Value? = nil
    ) throws(BadLine) -> Value {
        let text = try text(name)
        let value: Value
        do throws(DecimalError) { value = try Value(text) } catch {
            throw BadLine(reason: "`\(name)` is `\(text)`, which \(error)")
        }
        if let least, value <= least { throw wrong(name, text, "a decimal above \(least)") }
        return value
    }

    func finish() throws(BadLine) {
        guard let first = members.first else { return }
        throw BadLine(
            reason: "has a field `\(first.key)` that this runner does not know; remove it, or use "
                + "a newer runner")
    }
}
