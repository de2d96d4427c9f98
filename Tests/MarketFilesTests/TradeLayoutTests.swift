import MarketFiles
import Testing
import TradingModel

@Suite struct `Trades as people have them` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    static let layouts: [(of: String, text: String)] = [
        (
            "OKX",
            """
            instrument_name,trade_id,side,price,size,created_time
            ABC-USDT,5,buy,7,0.5,1700000040000
            ABC-USDT,6,sell,8,1,1700000041000
            """
        ),
        (
            "OKX, older",
            """
            trade_id/撮合id,side/交易方向,size/数量,price/价格,created_time/成交时间
            5,BUY,0.5,7,1700000040000
            6,SELL,1,8,1700000041000
            """
        ),
        (
            "Bybit",
            """
            timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional
            1700000040.0000,ABCUSDT,Buy,0.5,7,PlusTick,5,35,0.5
            1700000041.0000,ABCUSDT,Sell,1,8,PlusTick,6,80,1
            """
        ),
        (
            "BitMEX",
            """
            timestamp,symbol,side,size,price,tickDirection,trdMatchID
            2023-11-14D22:14:00.000000000,XBTUSD,Buy,0.5,7,PlusTick,a
            2023-11-14D22:14:01.000000000,XBTUSD,Sell,1,8,PlusTick,b
            """
        ),
        (
            "KuCoin",
            """
            trade_id,trade_time,price,size,side
            5,1700000040000,7,0.5,buy
            6,1700000041000,8,1,sell
            """
        ),
        (
            "freqtrade",
            "[[1700000040000,\"5\",null,\"buy\",7.0,0.5,3.5],"
                + "[1700000041000,\"6\",null,\"sell\",8.0,1.0,8.0]]"
        ),
        (
            "ccxt",
            """
            [{"info":{"a":1},"id":"5","timestamp":1700000040000,"symbol":"ABC/USDT","order":null,\
            "type":null,"side":"buy","price":7,"amount":0.5,"cost":3.5,"fees":[]},
            {"info":{},"id":"6","timestamp":1700000041000,"symbol":"ABC/USDT","order":null,\
            "type":null,"side":"sell","price":8,"amount":1,"cost":8,"fees":[]}]
            """
        ),
    ]

    @Test(arguments: layouts.indices)
    func `are read alike`(layout: Int) throws {
        let (name, text) = Self.layouts[layout]
        #expect(
            try trades(text) == [
                "2023-11-14 22:14:00 7 0.5 buy", "2023-11-14 22:14:01 8 1 sell",
            ], "\(name)")
    }

    @Test(arguments: [
        "1700000040,7,0.5\n1700000041,8,1\n",  // Kraken
        "1700000040.25,5,7,0.5,1\n1700000041.5,6,8,1,2\n",  // Gate
    ])
    func `without a side leave it open`(text: String) throws {
        #expect(
            try trades(text) == [
                "2023-11-14 22:14:00 7 0.5 -", "2023-11-14 22:14:01 8 1 -",
            ])
    }

    @Test func `of one id are doubles only where the rows are the same`() throws {
        let path = try folder.write(
            "t.csv",
            """
            time,id,price,qty,side
            1700000001,7,1,1,buy
            1700000001,7,1,1,buy
            1700000001,7,1,2,buy
            1700000002,7,1,1,buy
            1700000002,8,1,1,buy
            1700000001,7,1,2,buy

            """)
        let source = try MarketFile.open(path: path, instrument: try instrument())
        #expect(try events(of: source).count == 4)
        #expect(source.counts.duplicates == 2)
        #expect(source.counts.notes.contains { $0.hasPrefix("2 trades have the id of another") })
    }

    private func trades(_ text: String) throws -> [String] {
        let path = try folder.write("a", text)
        return try events(path).map { event in
            guard case .trade(let trade) = event else { return "\(event)" }
            return "\(UTCTime(trade.venueTime).dateAndClock) \(trade.price) \(trade.quantity) "
                + (trade.taker?.description ?? "-")
        }
    }
}
