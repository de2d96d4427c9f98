import MarketFiles
import Testing
import TradingModel

/// Rows as hftbacktest writes them.
struct Row {
    static let local = 1 << 30
    static let exchange = 1 << 31
    static let both = local | exchange
    static let buy = 1 << 29
    static let sell = 1 << 28

    var event: Int
    var venueTime = 1000
    var receiveTime = 2000
    var price = 10.0
    var quantity = 1.0
    var note = 0

    var bytes: [UInt8] {
        little(event, 8) + little(venueTime, 8) + little(receiveTime, 8)
            + little(Int(bitPattern: UInt(price.bitPattern)), 8)
            + little(Int(bitPattern: UInt(quantity.bitPattern)), 8) + little(0, 8)
            + little(note, 8) + little(0, 8)
    }
}

let eventColumns = """
    [('ev', '<u8'), ('exch_ts', '<i8'), ('local_ts', '<i8'), ('px', '<f8'), ('qty', '<f8'), \
    ('order_id', '<u8'), ('ival', '<i8'), ('fval', '<f8')]
    """

func array(
    _ rows: [Row], columns: String = eventColumns, shape: String? = nil, version: Int = 1
) -> [UInt8] {
    var text =
        "{'descr': \(columns), 'fortran_order': False, 'shape': \(shape ?? "(\(rows.count),)"), }"
    while (text.utf8.count + 13) % 64 != 0 { text += " " }
    text += "\n"
    return [0x93] + Array("NUMPY".utf8) + little(version, 1) + [0]
        + little(text.utf8.count, version == 1 ? 2 : 4) + Array(text.utf8) + rows.flatMap(\.bytes)
}

@Suite struct `Event arrays` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func shown(_ event: MarketEvent) -> String {
        switch event {
        case .trade(let trade):
            "trade \(trade.taker?.description ?? "-") \(trade.price) \(trade.quantity)"
        case .book(let change) where change.kind == .clear:
            "clear\(change.endsMessage ? "." : "")"
        case .book(let change):
            "\(change.side) \(change.price) \(change.quantity)\(change.endsMessage ? "." : "")"
        case .quote(let quote):
            "quote \(quote.bid?.price.description ?? "-") \(quote.ask?.price.description ?? "-")"
        default: "other"
        }
    }

    @Test func `are understood in every wrapping and header form`() throws {
        let rows = (1...5000).map {
            Row(event: Row.both | Row.buy | 2, receiveTime: $0, price: Double($0) / 100)
        }
        let names = "'ev','exch_ts','local_ts','px','qty','order_id','ival','fval'"
        let aligned = """
            {'names': [\(names)], 'formats': ['<u8','<i8','<i8','<f8','<f8','<u8','<i8','<f8'], \
            'offsets': [0,8,16,24,32,40,48,56], 'itemsize': 64, 'aligned': True}
            """
        let plain = array(rows)
        let expected = try events(try folder.write("plain", plain))
        #expect(expected.count == 5000)
        #expect(shown(expected[0]) == "trade buy 0.01 1")
        for (name, bytes) in [
            ("version 2", array(rows, version: 2)), ("aligned", array(rows, columns: aligned)),
            ("gzip", packed(plain)),
            ("npz", zipped([("data.npy", plain)], isDeflated: false)),
            ("packed npz", zipped([("x.npy", plain), ("data.npy", plain)], isDeflated: true)),
            ("zip64", zipped([("data.npy", plain)], isDeflated: true, isLarge: true)),
        ] {
            let found = try events(try folder.write("a", bytes)) == expected
            #expect(found, "\(name)")
        }
    }

    @Test(
        arguments: [
            ("[('ev', '<u8')]", nil, "NumPy columns are ev u8, expected hftbacktest 2 events"),
            ("'<f8'", "(5, 6)", "no named columns"),
            (eventColumns, "(1, 1)", "not a plain list of rows"),
            (eventColumns.replacing("'<f8'", with: "'>f8'"), nil, "px >f8"),
            (eventColumns, "(x,)", "cannot be read"),
        ] as [(String, String?, String)])
    func `of something else are refused`(
        columns: String, shape: String?, reason: String
    ) throws {
        let rows = [Row(event: Row.both | Row.buy | 2)]
        let error = try failure(
            try folder.write("a", array(rows, columns: columns, shape: shape)))
        #expect(error.reason.contains(reason), "\(error)")
    }

    @Test func `that are cut say how many whole rows there are`() throws {
        let rows = (0..<10).map { Row(event: Row.both | Row.buy | 2, receiveTime: $0) }
        let path = try folder.write("a", Array(array(rows).dropLast(100)))
        let reason = "is cut off: 8 whole rows of the 10 that its header promises"
        #expect(try failure(path) == MarketDataError(file: path, reason: reason))
        #expect(try events(path, options: MarketFileOptions(skipBadLines: true)).count == 8)
    }

    @Test func `take the local rows in the local order`() throws {
        let path = try folder.write(
            "a",
            array([
                Row(event: Row.exchange | Row.buy | 2, venueTime: 1, receiveTime: 9, price: 1),
                Row(event: Row.both | Row.buy | 2, venueTime: 2, receiveTime: 3, price: 2),
                Row(event: Row.local | Row.buy | 2, venueTime: 1, receiveTime: 9, price: 1),
                Row(event: Row.both | 2, venueTime: 3, receiveTime: 8, price: 3),
            ]))
        let source = try MarketFile.open(path: path, instrument: try instrument())
        #expect(
            try events(of: source).map(shown) == ["trade buy 2 1", "trade buy 1 1", "trade - 3 1"])
        #expect(source.counts.outOfOrder == 1)
        #expect(source.counts.notes == ["1 row of the exchange's order alone was left out"])
    }

    @Test func `begin a snapshot with one clear and end it with its last level`() throws {
        let snapshot = [
            Row(event: Row.both | Row.buy | 3), Row(event: Row.both | Row.buy | 4, price: 10),
            Row(event: Row.both | Row.buy | 4, price: 9), Row(event: Row.both | Row.sell | 3),
            Row(event: Row.exchange | Row.sell | 4, price: 7),
            Row(event: Row.both | Row.sell | 4, price: 11),
        ]
        var later = Row(event: Row.both | Row.sell | 4, price: 12)
        later.receiveTime = 3000
        let path = try folder.write(
            "a",
            array(
                snapshot + [Row(event: Row.both | Row.buy | 1, price: 10.5), later]
                    + [Row(event: Row.both | Row.buy | 1, receiveTime: 4000, quantity: 0)]))
        #expect(
            try events(path).map(shown) == [
                "clear", "buy 10 1", "buy 9 1", "sell 11 1.", "buy 10.5 1.", "clear", "sell 12 1.",
                "buy 10 0.",
            ])
    }

    @Test func `pair the rows of a best bid and ask`() throws {
        let path = try folder.write(
            "a",
            array([
                Row(event: Row.both | Row.buy | 5, price: 10),
                Row(event: Row.both | Row.sell | 5, price: 11),
                Row(event: Row.both | Row.sell | 5, receiveTime: 3000, price: 12),
                Row(event: Row.both | Row.buy | 5, receiveTime: 4000, quantity: 0),
            ]))
        #expect(try events(path).map(shown) == ["quote 10 11", "quote 10 12", "quote - 12"])
    }

    @Test func `settle funding of marks and rates every eight hours`() throws {
        let eight = 8 * 3600 * 1_000_000_000
        func row(_ kind: Int, _ time: Int, _ price: Double) -> Row {
            Row(
                event: Row.both | kind, venueTime: time, receiveTime: time, price: price,
                quantity: 0)
        }
        let trade = Row.both | Row.buy | 2
        let path = try folder.write(
            "f.npy",
            array([
                row(100, eight - 5, 99), row(101, eight - 4, 100.5), row(102, eight - 3, 0.0001),
                Row(event: trade, receiveTime: eight - 1),
                Row(event: trade, receiveTime: eight + 1),
                Row(event: trade, receiveTime: eight + 2),
            ]))
        let found = try events(path).map { event in
            switch event {
            case .ticker(let ticker): "mark \(ticker.mark?.description ?? "-")"
            case .funding(let funding):
                "\(funding.receiveTime.nanoseconds == Int64(eight)) \(funding.rate) "
                    + (funding.mark?.description ?? "-")
            case .trade: "trade"
            default: "\(event)"
            }
        }
        #expect(
            found == ["mark -", "mark 100.5", "trade", "true 0.0001 100.5", "trade", "trade"])
        #expect(
            try MarketFile.inspect(path: path).feeds.map(\.description)
                == ["trades", "ticker", "funding"])
    }

    @Test func `keep decimals that are no multiple of tick and lot`() throws {
        let path = try folder.write(
            "a",
            array([
                Row(event: Row.both | Row.buy | 2, price: 0.1, quantity: 0.000000123),
                Row(event: Row.both | Row.buy | 2, price: 61602.015, quantity: 7_173_493_138_592),
                Row(event: Row.both | Row.buy | 2, price: 0.1 + 0.2, quantity: 1e-5),
                Row(event: Row.both | Row.buy | 1, price: 1.23e-7, quantity: 1e-18),
            ]))
        #expect(
            try events(path).map(shown) == [
                "trade buy 0.1 0.000000123", "trade buy 61602.015 7173493138592",
                "trade buy 0.3 0.00001", "buy 0.000000123 0.000000000000000001.",
            ])
    }

    @Test(arguments: [
        (Row(event: Row.both | Row.buy | 2, price: .nan), "px nan"),
        (Row(event: Row.both | Row.buy | 2, price: -1), "px -1.0"),
        (Row(event: Row.both | Row.buy | 2, price: 0), "px 0.0"),
        (Row(event: Row.both | Row.buy | 2, quantity: .infinity), "qty inf"),
        (Row(event: Row.both | Row.buy | 1, quantity: -1), "qty -1.0"),
        (Row(event: Row.both | Row.buy | 2, quantity: 0), "qty 0.0 of a trade"),
        (Row(event: Row.both | Row.buy | 2, price: 1e30), "too large"),
        (Row(event: Row.both | 1), "without one side"),
        (Row(event: Row.both | Row.buy | Row.sell | 2), "buy and the sell flag"),
        (Row(event: Row.buy | 2), "neither the exchange nor the local flag"),
        (Row(event: Row.both | Row.buy | 10), "single order"),
        (Row(event: Row.both | Row.buy | 77), "kind 77"),
    ])
    func `with a bad row name it`(row: Row, reason: String) throws {
        let good = Row(event: Row.both | Row.buy | 2)
        let path = try folder.write("a", array([good, row, good]))
        let error = try failure(path)
        #expect(error.line == 2)
        #expect(error.reason.contains(reason), "\(error)")
        let lenient = try MarketFile.open(
            path: path, instrument: try instrument(), options: MarketFileOptions(skipBadLines: true)
        )
        #expect(try events(of: lenient).count == 2)
        #expect(lenient.counts.skipped == 1)
    }
}
