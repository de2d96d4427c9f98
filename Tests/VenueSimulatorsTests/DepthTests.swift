import PlainJSON
import Testing
import TradingModel
import VenueSimulators

/// A client's book, kept as the wire reference says: by price, with the latest texts.
private struct ClientBook {
    private var bids: [Price: (price: String, size: String)] = [:]
    private var asks: [Price: (price: String, size: String)] = [:]

    mutating func apply(_ data: JSON) throws {
        if data["is_full"] == true {
            bids.removeAll()
            asks.removeAll()
        }
        try apply(data.at("depth", "bids"), to: &bids)
        try apply(data.at("depth", "asks"), to: &asks)
    }

    private func apply(
        _ rows: JSON?, to side: inout [Price: (price: String, size: String)]
    ) throws {
        for row in rows?.items ?? [] {
            let price = try #require(row.items?.element(0)?.text)
            let size = try #require(row.items?.element(1)?.text)
            side[try Price(price)] = try Quantity(size) == .zero ? nil : (price, size)
        }
    }

    var counts: [Int] { [bids.count, asks.count] }

    /// Bids first, best to worst, then asks, best to worst.
    var text: String {
        let bids = bids.sorted { $0.key > $1.key }.map(\.value)
        let asks = asks.sorted { $0.key < $1.key }.map(\.value)
        return (bids + asks).map { "\($0.price):\($0.size)" }.joined(separator: ":")
    }

    var isCrossed: Bool {
        guard let bid = bids.keys.max(), let ask = asks.keys.min() else { return false }
        return bid >= ask
    }
}

@Suite struct `Checksums` {
    private static let vectors: [(String, UInt32)] = [
        (
            "30736.00:0.04857373:30733.00:0.84696320:30725.00:0.12563353:30740.00:0.31763545"
                + ":30769.00:1.45155000", 2_460_740_606
        ),
        ("30740.00:0.31763545:30769.00:1.45155000", 775_992_809),
        ("30736.00:0.04857373:30733.00:0.84696320", 3_116_778_739),
        ("", 0),
        (
            "0.000000152821:88014042.15:0.000000152800:1000000:0.000000152823:250000.5"
                + ":0.000000152900:17047669612.10", 73_041_864
        ),
        (
            "30736:0.04857373:30733:0.8469632:30725:0.12563353:30740:0.31763545:30769:1.45155",
            25_411_383
        ),
        ("100.5:2:100.0:1.50:99.5:3:101.0:1:101.5:0.25:102.0:7", 379_983_600),
        ("100.5:2.5:100.0:1.50:99.0:4:101.5:0.25:102.0:7:103.0:1", 3_426_056_816),
    ]

    @Test(arguments: vectors)
    func `are those of the wire reference`(_ text: String, _ sum: UInt32) {
        #expect(crc32(of: Array(text.utf8)) == sum)
    }

    @Test func `gzip members hold what went in, and start as gzip does`() throws {
        let reference: [UInt8] = [
            0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0x02, 0xff, 0xab, 0x56, 0xca, 0x4c, 0x51, 0xb2, 0x32,
            0xd4, 0x51, 0x4a, 0xce, 0x4f, 0x49, 0x55, 0xb2, 0x32, 0xd0, 0x51, 0xca, 0x4d, 0x2d,
            0x2e, 0x4e, 0x4c, 0x07, 0xb2, 0x95, 0xfc, 0xbd, 0x95, 0x6a, 0x01, 0x3f, 0xea, 0x5c,
            0xc9, 0x20, 0, 0, 0,
        ]
        let text = Array(#"{"id":1,"code":0,"message":"OK"}"#.utf8)
        #expect(inflated(reference) == text)
        for bytes in [[], text, Array(repeating: 7, count: 100_000)] {
            let packed = gzipped(bytes)
            #expect(packed.starts(with: [0x1f, 0x8b, 0x08]))
            #expect(inflated(packed) == bytes)
        }
    }
}

@Suite struct `Depth` {
    private func subscribe(
        _ desk: Desk, _ socket: ConnectionID, limit: Int = 10, interval: String = "0",
        isFull: Bool = false
    ) {
        let entry: JSON = [
            "BTCUSDT", .integer(limit), .text(interval), .bool(isFull),
        ]
        #expect(
            desk.ask(socket, "depth.subscribe", ["market_list": [entry]])?["code"]?.integer == 0)
    }

    /// A book that follows pushes for a while, each held against its checksum.
    private func follow(
        _ desk: Desk, limit: Int, isFull: Bool, seconds: Int
    ) throws -> (book: ClientBook, fulls: Int, changes: Int) {
        let socket = try desk.connect("spot")
        subscribe(desk, socket, limit: limit, isFull: isFull)
        var book = ClientBook()
        var (fulls, changes) = (0, 0)
        for _ in 0..<seconds * 5 {
            for push in desk.take(socket, "depth") {
                let data = try #require(push["data"])
                try book.apply(data)
                if data["is_full"] == true { fulls += 1 } else { changes += 1 }
                let sum = data.at("depth", "checksum")?.integer
                #expect(sum == Int64(crc32(of: Array(book.text.utf8))))
                #expect(!book.isCrossed)
                #expect(book.counts == [limit, limit])
            }
            desk.pass(milliseconds: 200)
            _ = desk.ask(socket, "server.ping", [:])
        }
        return (book, fulls, changes)
    }

    @Test(arguments: [5, 10, 20])
    func `changes lead a client to the venue's own book, each with its checksum`(
        _ limit: Int
    ) throws {
        let desk = Desk(seed: 3)
        let end = try follow(desk, limit: limit, isFull: false, seconds: 70)
        #expect(end.changes > 200)
        #expect(end.fulls == 2)  // at the start, and once more after a minute
    }

    @Test func `is_full repeats the whole book with every change`() throws {
        let end = try follow(Desk(seed: 4), limit: 5, isFull: true, seconds: 5)
        #expect(end.changes == 0)
        #expect(end.fulls > 10)
    }

    @Test func `nothing is told while the book stands still`() throws {
        let desk = Desk(try HandMadeMarket())
        let socket = try desk.connect("spot")
        subscribe(desk, socket)
        #expect(desk.take(socket, "depth").count == 1)
        desk.pass(milliseconds: 30_000)
        #expect(desk.take(socket, "depth").isEmpty)
    }

    @Test func `a change leaves the other side out, and tells of a level that goes by a zero`()
        throws
    {
        var market = try HandMadeMarket()
        market.pass(milliseconds: 1_000)
        try market.level(HandMadeMarket.spot, .sell, "101", "0")
        let desk = Desk(market)
        let socket = try desk.connect("spot")
        subscribe(desk, socket)
        _ = desk.take(socket)
        desk.pass(milliseconds: 1_500)
        let pushes = desk.take(socket, "depth")
        #expect(pushes.count == 1)
        #expect(pushes.first?.at("data", "depth", "asks") == [["101", "0"]])
        #expect(pushes.first?.at("data", "depth", "bids") == nil)
    }

    @Test func `own orders stand in the public depth unless they are hidden`() throws {
        let desk = Desk(try HandMadeMarket())
        try desk.post("/spot/order", Orders.spot("buy", "3", at: "100"))
        try desk.post("/spot/order", Orders.spot("buy", "2", at: "100.5"))
        try desk.post("/spot/order", Orders.spot("buy", "7", at: "99", more: ["is_hide": true]))
        let reply = try desk.get("/spot/depth?market=BTCUSDT&limit=5&interval=0")
        #expect(
            reply.at("data", "depth", "bids") == [["100.5", "2"], ["100", "8"], ["99", "10"]])
    }

    @Test func `levels are merged away from the other side`() throws {
        let desk = Desk(try HandMadeMarket())
        let reply = try desk.get("/spot/depth?market=BTCUSDT&limit=5&interval=10")
        #expect(reply.at("data", "depth", "bids") == [["100", "5"], ["90", "10"]])
        #expect(reply.at("data", "depth", "asks") == [["110", "15"]])
    }

    @Test(arguments: ["wrongChecksum", "signed", "text", "zeroLevels"])
    func `its quirks are there when they are asked for`(_ quirk: String) throws {
        var settings = CoinExSimulatorSettings()
        switch quirk {
        case "wrongChecksum": settings.quirks.wrongChecksum = 1
        case "signed": settings.quirks.signedChecksum = true
        case "text": settings.quirks.textChecksum = true
        default: settings.quirks.zeroLevels = true
        }
        let path = "/spot/depth?market=BTCUSDT&limit=5&interval=0"
        let plain = try Desk(try HandMadeMarket()).get(path)
        let odd = try Desk(try HandMadeMarket(), settings: settings).get(path)
        let right = try #require(plain.at("data", "depth", "checksum")?.integer)
        let checksum = odd.at("data", "depth", "checksum")
        switch quirk {
        case "wrongChecksum": #expect(checksum?.integer != right)
        case "signed": #expect(checksum?.integer == Int64(Int32(truncatingIfNeeded: right)))
        case "text": #expect(checksum?.text == String(right))
        default:
            #expect(checksum?.integer == right)
            let sizes = odd.at("data", "depth", "bids")?.items?.map { $0.items?.last }
            #expect(sizes?.last == .text("0"))
        }
    }

    @Test func `bbo tells of a new touch at once, and of no other change`() throws {
        var market = try HandMadeMarket()
        market.pass(milliseconds: 1_001)
        try market.level(HandMadeMarket.spot, .buy, "99", "11")
        market.pass(milliseconds: 1_000)
        try market.level(HandMadeMarket.spot, .buy, "100", "6")
        let desk = Desk(market)
        let socket = try desk.connect("spot")
        _ = desk.ask(socket, "bbo.subscribe", ["market_list": ["BTCUSDT"]])
        #expect(desk.take(socket, "bbo").count == 1)
        desk.pass(milliseconds: 1_500)
        #expect(desk.take(socket, "bbo").isEmpty)
        desk.pass(milliseconds: 501)
        let pushes = desk.take(socket, "bbo")
        #expect(pushes.map { $0.at("data", "best_bid_size")?.text } == ["6"])
        #expect(
            pushes.first?.at("data", "updated_at")?.integer
                == Desk.start.nanoseconds / 1_000_000 + 2_001)
    }
}
