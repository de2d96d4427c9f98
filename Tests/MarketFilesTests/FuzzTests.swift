import MarketFiles
import Testing
import TradingModel

/// Damages small files at random: they are read or refused, and never crash or hang the reader.
@Suite struct `Damaged files` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static let stream = """
        1700000000000000001 {"stream":"x@trade","data":{"e":"trade","E":1700000000000,"s":"X",\
        "t":1,"p":"10.5","q":"2","T":1700000000000,"m":true}}
        1700000000000000002 {"data":{"u":5,"s":"X","b":"10","B":"1","a":"11","A":"2"}}
        1700000000000000003 {"lastUpdateId":9,"bids":[["10","1"]],"asks":[["11","2"]]}
        1700000000000000004 {"data":{"e":"depthUpdate","E":1700000000000,"s":"X","U":10,"u":12,\
        "b":[["10","0"],["9.5","3"]],"a":[]}}

        """
    private static let book = """
        exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount
        x,A,1700000000000000,1700000000000100,true,bid,10,1
        x,A,1700000000000000,1700000000000100,true,ask,11,2
        x,A,1700000000000001,1700000000000101,false,bid,10,0

        """
    private static let bars = """
        timestamp,open,high,low,close,volume
        2024-01-01 00:00:00,10,12,9,11,100.5
        2024-01-01 00:01:00,11,12,9,11,1e2
        1704067320000,11,12,9,11,1e2

        """
    private static let updates = """
        recv_ns,event_ms,kind,first_update_id,last_update_id,side,price,qty
        1723161253937085768,1723161255208,update,8,9,bid,61737.63,0.5
        1723161253937085769,,snapshot,,9,ask,61738.63,0.5
        1723161253937085770,1723161255208,update,10,11,bid,61737.63,0.5

        """
    private static let rows = array(
        [3, 4, 4, 1, 2, 5, 5].enumerated().map { index, kind in
            let side = index % 2 == 0 ? Row.buy : Row.sell
            return Row(event: Row.both | side | kind, receiveTime: index / 3)
        })

    static let samples: [(name: String, bytes: [UInt8])] = [
        ("stream", Array(stream.utf8)), ("book", Array(book.utf8)), ("bars", Array(bars.utf8)),
        ("updates", Array(updates.utf8)), ("gzip", packed(Array(book.utf8))), ("npy", rows),
        ("npz", zipped([("data.npy", rows)], isDeflated: true)),
        ("stored", zipped([("data.npy", rows)], isDeflated: false, isLarge: true)),
    ]

    @Test(.timeLimit(.minutes(2)), arguments: samples.indices, 1...8)
    func `are read or refused`(sample: Int, seed: UInt64) throws {
        let (name, bytes) = Self.samples[sample]
        var random = SeededNumbers(seed: seed &* 1000 &+ UInt64(sample))
        for round in 0..<150 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let place = Int.random(in: 0..<damaged.count, using: &random)
                switch Int.random(in: 0...3, using: &random) {
                case 0: damaged[place] ^= UInt8(1) << UInt8.random(in: 0...7, using: &random)
                case 1: damaged[place] = UInt8.random(in: 0...255, using: &random)
                case 2: damaged.remove(at: place)
                default:
                    let digit = UInt8.random(in: 48...57, using: &random)
                    damaged.insert(contentsOf: [digit, digit, digit], at: place)
                }
            }
            if Bool.random(using: &random) {
                damaged.removeLast(Int.random(in: 0..<damaged.count, using: &random))
            }
            let path = try folder.write("a", damaged)
            let options = MarketFileOptions(skipBadLines: Bool.random(using: &random))
            do {
                _ = try events(path, options: options)
            } catch let error as MarketDataError {
                #expect(error.file == path, "\(name), seed \(seed), round \(round)")
                #expect(!error.reason.isEmpty)
            }
        }
    }

    /// Every record that is read is an event, or counted as something else, whatever is damaged.
    @Test(.timeLimit(.minutes(2)), arguments: `Bars as people have them`.layouts.indices, 1...3)
    func `lose no line in silence`(layout: Int, seed: UInt64) throws {
        let (name, text) = `Bars as people have them`.layouts[layout]
        var random = SeededNumbers(seed: seed &* 1000 &+ UInt64(layout))
        for round in 0..<40 {
            var damaged = Array(text.utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 0..<damaged.count, using: &random)
                switch Int.random(in: 0...3, using: &random) {
                case 0: damaged[place] ^= UInt8(1) << UInt8.random(in: 0...7, using: &random)
                case 1:
                    damaged[place] = Array(",;.-\"0 N\n".utf8).randomElement(using: &random) ?? 0
                case 2: damaged.remove(at: place)
                default: damaged.insert(UInt8.random(in: 48...57, using: &random), at: place)
                }
            }
            let path = try folder.write("a", damaged)
            do {
                let source = try MarketFile.open(
                    path: path, instrument: try instrument(),
                    options: MarketFileOptions(skipBadLines: true))
                _ = try events(of: source)
                let counts = source.counts
                let told = counts.events + counts.skipped + counts.duplicates + counts.leftOut
                #expect(
                    told == counts.lines, "\(name), seed \(seed), round \(round): \(counts)")
            } catch let error as MarketDataError {
                #expect(error.file == path, "\(name), seed \(seed), round \(round)")
                #expect(!error.reason.isEmpty)
            }
        }
    }
}
