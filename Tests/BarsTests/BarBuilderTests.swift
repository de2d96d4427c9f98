import Bars
import PropertyTesting
import Testing
import TradingModel

private let btc = InstrumentID(0)
private let second: Int64 = 1_000_000_000
/// A midnight, so that minutes begin at multiples of 60.
private let midnight: Int64 = 1_767_225_600

private func at(_ seconds: Double) -> Timestamp {
    Timestamp(nanoseconds: midnight * second + Int64(seconds * 1e9))
}

private func trade(
    _ price: String = "100", _ quantity: String = "1", stamped: Double, arrived: Double? = nil
) throws -> Trade {
    Trade(
        instrument: btc, price: try Price(price), quantity: try Quantity(quantity), taker: .buy,
        venueTime: at(stamped), receiveTime: at(arrived ?? stamped))
}

/// A builder and the bars that it told: `start-end volume`, in seconds since midnight.
private struct Gathered {
    var builder: BarBuilder
    var told: [Bar] = []

    init(_ size: BarSize = .time(nanoseconds: 60 * second)) {
        builder = BarBuilder(instrument: btc, size: size)
    }

    mutating func add(_ trade: Trade) {
        // As the engine does: time first, then the trade.
        if let bar = builder.close(at: trade.receiveTime) { told.append(bar) }
        var closed: [Bar] = []
        builder.add(trade) { closed.append($0) }
        told += closed
    }

    mutating func add(_ bar: Bar) {
        var closed: [Bar] = []
        builder.add(bar) { closed.append($0) }
        told += closed
    }

    var lines: [String] {
        told.map { bar in
            let start = bar.openTime.nanoseconds / second - midnight
            let end = bar.closeTime.nanoseconds / second - midnight
            return "\(start)-\(end) \(bar.volume)"
        }
    }
}

private func bar(_ start: Double, _ span: Double, volume: String = "1") throws -> Bar {
    Bar(
        instrument: btc, size: .time(nanoseconds: Int64(span * 1e9)), open: try Price("100"),
        high: try Price("101"), low: try Price("99"), close: try Price("100"),
        volume: try Quantity(volume), openTime: at(start), closeTime: at(start + span))
}

@Suite struct `Bar builder` {
    @Test func `at the end of the data tells a bar that is over and none that is forming`() throws {
        var gathered = Gathered()
        gathered.add(try trade(stamped: 10))
        gathered.add(try trade(stamped: 70))
        #expect(gathered.lines == ["0-60 1"])
        #expect(gathered.builder.closeLast(at: at(119.9)) == nil)
        #expect(gathered.builder.closeLast(at: at(120))?.openTime == at(60))
        #expect(gathered.builder.closeLast(at: at(121)) == nil)
    }

    @Test func `tells a bar with the last smaller bar that belongs to it`() throws {
        var gathered = Gathered(.time(nanoseconds: 300 * second))
        for minute in 0..<7 { gathered.add(try bar(Double(minute) * 60, 60)) }
        #expect(gathered.lines == ["0-300 5"])
        #expect(gathered.builder.closeLast(at: at(420)) == nil)
    }

    /// One trade in a series of one every ten seconds is stamped so far from its arrival.
    @Test(arguments: [3_600.0, 86_400, 61, 1e9, -3_600, -86_400, -61])
    func `does not let a wrong stamp take the trades that follow`(error: Double) throws {
        for wrong in 0..<24 {
            var gathered = Gathered()
            for index in 0..<24 {
                let time = Double(index) * 10 + 5
                gathered.add(
                    try trade(stamped: index == wrong ? time + error : time, arrived: time))
            }
            let isFirst = wrong == 0 && error < 0
            if !isFirst {
                #expect(gathered.lines == ["0-60 6", "60-120 6", "120-180 6"], "\(wrong)")
            }
            #expect(
                gathered.told.reduce(Quantity.zero) { $0 + $1.volume }
                    <= Quantity(attos: 18 * attosPerUnit))
            #expect(gathered.builder.doubtedStamps <= 1)
        }
    }

    /// The clock of the recorder, before that of the venue: a constant difference is no mistake.
    @Test(arguments: [-1.27, 1.27, 9, -9, -3_600, 3_600, -300, 300])
    func `believes a venue whose clock always differs`(difference: Double) throws {
        var gathered = Gathered()
        for index in 0..<60 {
            let time = Double(index) * 10 + 5
            gathered.add(try trade(stamped: time, arrived: time - difference))
        }
        // Ten trades in a row must say so before a clock that is ahead is believed.
        let sure = ["240-300 6", "300-360 6", "360-420 6", "420-480 6", "480-540 6"]
        #expect(sure.allSatisfy(gathered.lines.contains))
        #expect(gathered.builder.doubtedStamps == (difference > 10 ? 9 : 0))
    }

    @Test func `counts late trades in the bar that follows and loses none`() throws {
        var gathered = Gathered()
        gathered.add(try trade(stamped: 59))
        gathered.add(try trade(stamped: 61, arrived: 61.5))
        gathered.add(try trade("90", "2", stamped: 59.5, arrived: 62))
        gathered.add(try trade(stamped: 125))
        #expect(gathered.lines == ["0-60 1", "60-120 3"])
    }

    @Test func `makes one bar of a trade that would fill more than a thousand`() throws {
        var gathered = Gathered(.volume(try Quantity("5")))
        gathered.add(try trade("100", "3", stamped: 1))
        gathered.add(try trade("101", "5000", stamped: 2))
        #expect(gathered.told.count == 1_000)
        #expect(gathered.told.allSatisfy { $0.volume.description == "5" })
        #expect(gathered.builder.trouble == nil)
        gathered.add(try trade("102", "100000000000000000007", stamped: 3))
        #expect(gathered.told.count == 1_001)
        #expect(
            gathered.told.last?.volume.description == "100000000000000000008")
        let text = gathered.builder.popTrouble()?.text(
            gathered.builder.size, of: try Symbol("sim:BTC/USDT"))
        #expect(
            text == "bars:5v of sim:BTC/USDT: a trade of 100000000000000000007 would fill "
                + "20000000000000000001 of them, more than 1000: such a trade makes a single bar; "
                + "choose a larger size")
        gathered.add(try trade("102", "100000000000000000007", stamped: 4))
        #expect(gathered.builder.trouble == nil, "it is told once")
    }

    @Test(arguments: [BarSize.time(nanoseconds: 60 * second), .trades(3)])
    func `ends with an error where a volume does not fit`(size: BarSize) throws {
        var gathered = Gathered(size)
        gathered.add(try trade("1", "100000000000000000000", stamped: 1))
        gathered.add(try trade("1", "100000000000000000000", stamped: 2))
        let found = gathered.builder.popTrouble()
        let trouble = try #require(found)
        #expect(trouble.isFatal)
    }

    @Test func `ends with an error where the volumes of smaller bars do not fit`() throws {
        var gathered = Gathered(.time(nanoseconds: 300 * second))
        gathered.add(try bar(0, 60, volume: "100000000000000000000"))
        gathered.add(try bar(60, 60, volume: "90000000000000000000"))
        let found = gathered.builder.popTrouble()
        let trouble = try #require(found)
        #expect(
            trouble.text(gathered.builder.size, of: try Symbol("sim:BTC/USDT"))
                == "bars:5m of sim:BTC/USDT: a volume of 100000000000000000000 and "
                + "90000000000000000000 more does not fit a bar")
    }

    @Test func `hears one kind of source only`() throws {
        var gathered = Gathered()
        gathered.add(try bar(0, 60))
        gathered.add(try bar(0, 300))  // a bar of another size is no minute
        gathered.add(try trade(stamped: 61))  // the same market told again
        gathered.add(try bar(0, 30))
        gathered.add(try bar(60, 60))
        #expect(gathered.lines == ["0-60 1", "60-120 1"])
    }

    @Test func `tells no bar of the past when smaller bars go back in time`() throws {
        var gathered = Gathered(.time(nanoseconds: 300 * second))
        for start in [0.0, 300, 60, 540, 0, 600] { gathered.add(try bar(start, 60)) }
        #expect(gathered.lines == ["0-300 1", "300-600 3"])
        #expect(gathered.builder.late == 2)
    }

    @Test(arguments: seeds)
    func `tells bars in order and every trade once`(seed: UInt64) throws {
        var random = Seeded(seed)
        var gathered = Gathered(.time(nanoseconds: Int64(random.int(1...90)) * second))
        var time = 0.0
        var sum = Quantity.zero
        for _ in 0..<500 {
            time += Double(random.int(0...40))
            var stamp = time - Double(random.int(0...3_000)) / 1_000
            if random.chance(3) { stamp += Double(random.int(-100_000...100_000)) }
            let next = try trade("100", "\(random.int(1...9))", stamped: stamp, arrived: time)
            sum += next.quantity
            gathered.add(next)
        }
        let end = gathered.builder.close(at: .distantFuture)
        let all = gathered.told + (end.map { [$0] } ?? [])
        #expect(all.reduce(Quantity.zero) { $0 + $1.volume } == sum, "seed \(seed)")
        for (one, next) in zip(all, all.dropFirst()) {
            #expect(one.closeTime <= next.openTime, "seed \(seed)")
        }
    }
}
