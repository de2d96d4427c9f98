import MarketFiles
import Testing
import TradingModel

@Suite struct `CSV files` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func trades(_ events: [MarketEvent]) -> [Trade] {
        events.compactMap { if case .trade(let trade) = $0 { trade } else { nil } }
    }

    @Test(arguments: [
        "time,price,qty\n1700000000,1.5,2\n",
        "\u{FEFF}Time,Price,Quantity\r\n1700000000000,1.50,2\r\n",
        "timestamp;price;amount\n2023-11-14T22:13:20Z;1.5;2",
        "\"date\",\"price\",\"size\"\n\"2023-11-15 00:13:20.000+02:00\",\"1.5\",\"2.0\"\n\n",
        "price,qty,time\n1.5,2,1700000000000000\n",
        "price\tqty\ttime\n1.5\t2e0\t1700000000000000000\n",
    ])
    func `of trades may name and order their columns as is usual`(text: String) throws {
        let path = try folder.write("a.data", text)
        let found = trades(try events(path))
        let time = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        #expect(
            found == [
                Trade(
                    instrument: InstrumentID(3), price: try Price("1.5"),
                    quantity: try Quantity("2"), taker: nil, venueTime: time, receiveTime: time)
            ])
    }

    @Test(arguments: [
        "1,10.5,2,21,1700000000000,True,True\n",
        "1,10.5,2,21,1700000000000,true\n",
        "1,10.5,2,7,8,1700000000000,true,true\n",
        "1,10.5,2,7,8,1700000000000,True\n",
        "id,price,qty,quote_qty,time,is_buyer_maker\n1,10.5,2,21,1700000000000,true\n",
        "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
            + "1,10.5,2,7,8,1700000000000,true\n",
    ])
    func `of Binance's dumps say that a maker who bought met a seller`(text: String) throws {
        let path = try folder.write("dump.csv", text)
        let found = trades(try events(path))
        #expect(found.map(\.taker) == [.sell])
        #expect(found.map(\.id) == [1])
        #expect(found.map(\.price.description) == ["10.5"])
        #expect(found.map(\.venueTime.nanoseconds) == [1_700_000_000_000_000_000])
    }

    @Test func `of Binance's klines need no header and know the taker's volume`() throws {
        let rows = [
            "1700000040000000,1,3,0.5,2,10,1700000099999999,20,7,4,8,0",
            "1700000100000000,2,2,2,2,0,1700000159999999,0,0,0,0,0",
        ]
        let path = try folder.write("klines", rows.joined(separator: "\n"))
        #expect(try MarketFile.inspect(path: path).feeds.map(\.description) == ["bars:1m"])
        let found = try events(path)
        guard found.count == 2, case .bar(let bar) = found[0] else {
            Issue.record("expected two bars")
            return
        }
        #expect(bar.high.description == "3")
        #expect(bar.buyVolume?.description == "4")
        #expect(bar.tradeCount == 7)
        #expect(bar.openTime.nanoseconds == 1_700_000_040_000_000_000)
        #expect(bar.closeTime.nanoseconds == 1_700_000_100_000_000_000)
    }

    @Test func `of Tardis book changes clear at a snapshot and end a message by time`() throws {
        let path = try folder.write(
            "l2.csv",
            """
            exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount
            x,A,1700000000000000,1700000000000100,true,bid,10,1
            x,A,1700000000000000,1700000000000100,true,ask,11,2
            x,A,1700000000000001,1700000000000101,false,bid,10,0
            x,A,1700000000000001,1700000000000101,false,bid,9,5
            x,A,1700000000000002,1700000000000102,false,ask,11,0

            """)
        let shown = try events(path).map { event in
            guard case .book(let change) = event else { return "other" }
            return "\(change.kind) \(change.side) \(change.price) \(change.quantity) "
                + "\(change.endsMessage)"
        }
        #expect(
            shown == [
                "clear buy 0 0 false", "level buy 10 1 false", "level sell 11 2 true",
                "level buy 10 0 false", "level buy 9 5 true", "level sell 11 0 true",
            ])
    }

    @Test func `of Tardis book snapshots are one message a row`() throws {
        let path = try folder.write(
            "s.csv",
            """
            exchange,symbol,timestamp,local_timestamp,asks[0].price,asks[0].amount,\
            bids[0].price,bids[0].amount,asks[1].price,asks[1].amount,bids[1].price,bids[1].amount
            x,A,1700000000000000,1700000000000100,11,2,10,1,12,1,,

            """)
        let changes = try events(path).map { event -> BookChange? in
            if case .book(let change) = event { change } else { nil }
        }
        #expect(changes.map(\.?.kind) == [.clear, .level, .level, .level])
        #expect(changes.map(\.?.endsMessage) == [false, false, false, true])
        #expect(changes.map(\.?.price.description) == ["0", "11", "10", "12"])
        #expect(changes.map(\.?.side) == [.buy, .sell, .buy, .sell])
    }

    @Test func `of quotes may lack a side`() throws {
        let path = try folder.write(
            "q.csv",
            "timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount\n"
                + "1700000000000000,1700000000000001,,,10,1\n")
        guard case .quote(let quote)? = try events(path).first else {
            Issue.record("no quote")
            return
        }
        #expect(quote.ask == nil)
        #expect(quote.bid?.price.description == "10")
        #expect(quote.receiveTime.nanoseconds - quote.venueTime.nanoseconds == 1000)
    }

    @Test func `count what goes back in time and drop trades seen before`() throws {
        let path = try folder.write(
            "t.csv",
            """
            time,id,price,qty
            1700000003,5,1,1
            1700000001,6,1,1
            1700000003,5,1,1
            1700000004,3,1,1
            1700000004,3,1,1

            """)
        let source = try MarketFile.open(path: path, instrument: try instrument())
        #expect(trades(try events(of: source)).map(\.id) == [5, 6, 3])
        #expect(source.counts.outOfOrder == 1)
        #expect(source.counts.duplicates == 2)
        #expect(source.counts.lines == 5)
        #expect(source.counts.events == 3)
    }

    @Test func `of several symbols want one to be chosen`() throws {
        let text =
            "symbol,time,price,qty\nA,1700000001,1,1\nB,1700000002,2,1\nA,1700000003,3,1\n"
        let path = try folder.write("t.csv", text)
        #expect(try MarketFile.inspect(path: path).symbols == ["A", "B"])
        #expect(try failure(path).reason.hasPrefix("holds several symbols (A, B): choose one"))
        let found = trades(try events(path, options: MarketFileOptions(symbol: "A")))
        #expect(found.map(\.price.description) == ["1", "3"])
        let error = try failure(path, options: MarketFileOptions(symbol: "C"))
        #expect(error.reason == "holds no `C`; it holds A, B")
    }

    @Test func `of liquidations are told from trades by their name`() throws {
        let path = try folder.write(
            "binance_liquidations_X.csv",
            "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n"
                + "x,X,1700000000000000,1700000000000001,1,buy,1,1\n")
        #expect(try failure(path).reason.hasPrefix("holds liquidations by its name"))
    }

    @Test func `round float noise behind the 18th decimal and say so`() throws {
        let path = try folder.write(
            "t.csv",
            "time,price,qty\n1700000001,1,0.0087547500000000004\n"
                + "1700000001,1,5.5140000000000004e-05\n1700000001,1,0.00000000000000000051\n")
        let source = try MarketFile.open(path: path, instrument: try instrument())
        let found = trades(try events(of: source)).map(\.quantity.description)
        #expect(found == ["0.00875475", "0.00005514", "0.000000000000000001"])
        let note = "3 numbers had more than 18 decimals and were rounded there"
        #expect(source.counts.notes == [note])
    }

    @Test func `infer tick and lot from digits that mean something`() throws {
        let path = try folder.write(
            "t.csv",
            "time,price,qty\n1700000001,61602.0100,1.7885566900000001\n1700000001,61602.5,3.0\n")
        let facts = try MarketFile.inspect(path: path)
        #expect(facts.tick.description == "0.01")
        #expect(facts.lot.description == "0.00000001")
    }
}

@Suite struct `Bad CSV files` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [
        (
            "1700000001,buy,1.5,2",
            "column `price`: `buy` is not a decimal number: unexpected `b` at"
        ),
        ("1700000001,1.5,sell,2", "column `qty`: `sell` is not a decimal number"),
        ("1700000001,1.5", "has 2 fields, expected 4"),
        ("1700000001,1.5,1,2,3", "has 5 fields, expected 4"),
        ("1700000001,1.5,1,up", "column `side`: `up` is not a side"),
        ("1700000001,-1.5,1,buy", "column `price`: `-1.5` is not above 0"),
        ("1700000001,1.5,0,buy", "column `qty`: `0` is not above 0"),
        (
            "1700000001000,1.5,1,buy",
            "counts milliseconds, but the file's first time counts seconds"
        ),
        ("1.5,1.5,1,buy", "column `time`: `1.5` is not a time"),
        (",1.5,1,buy", "column `time` is empty"),
        ("\"1700000001,1.5,1,buy", "a quote is not closed"),
    ])
    func `name the line and what is wrong with it`(line: String, reason: String) throws {
        let path = try folder.write("t.csv", "time,price,qty,side\n1700000000,1,1,buy\n\(line)\n")
        let error = try failure(path)
        #expect(error.file == path)
        #expect(error.line == 3)
        #expect(error.reason.contains(reason), "\(error)")
        let lenient = try MarketFile.open(
            path: path, instrument: try instrument(), options: MarketFileOptions(skipBadLines: true)
        )
        #expect(try events(of: lenient).count == 1)
        #expect(lenient.counts.skipped == 1)
    }

    @Test func `with swapped columns hint at them`() throws {
        let path = try folder.write("t.csv", "time,side,price,qty\n1700000000,9682,buy,1\n")
        let error = try failure(path)
        #expect(error.line == 2)
        #expect(error.reason.contains("looks like a side"), "\(error)")
    }

    @Test func `of one bar cannot tell its size`() throws {
        let path = try folder.write(
            "b.csv", "time,open,high,low,close,volume\n1700000000,1,1,1,1,1\n")
        #expect(try failure(path).reason.contains("too few bars"))
    }
}
