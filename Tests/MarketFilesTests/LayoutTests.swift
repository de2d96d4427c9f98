import MarketFiles
import Testing
import TradingModel

/// The same three minutes as the venues, vendors and tools of this world write them.
@Suite struct `Bars as people have them` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    static let layouts: [(of: String, text: String)] = [
        (
            "pandas, its index without a name",
            """
            ,Open,High,Low,Close,Volume
            2023-11-14 22:14:00,7,9,6,8,1.5
            2023-11-14 22:15:00,8,11,8,10,2
            2023-11-14 22:16:00,10,10,5,6,0.5
            """
        ),
        (
            "pandas, numbers for an index and the time as a column",
            """
            Unnamed: 0,open,date,high,low,close,volume
            0,7,2023-11-14 22:14:00+00:00,9,6,8,1.5
            1,8,2023-11-14 22:15:00+00:00,11,8,10,2
            2,10,2023-11-14 22:16:00+00:00,10,5,6,0.5
            """
        ),
        (
            "pandas, columns without names",
            """
            ,0,1,2,3,4,5
            0,1700000040000,7,9,6,8,1.5
            1,1700000100000,8,11,8,10,2
            2,1700000160000,10,10,5,6,0.5
            """
        ),
        (
            "ccxt without a header",
            """
            1700000040000,7.0,9.0,6.0,8.0,1.5
            1700000100000,8.0,11.0,8.0,10.0,2.0
            1700000160000,10.0,10.0,5.0,6.0,0.5
            """
        ),
        (
            "Kraken",
            """
            1700000040,7,9,6,8,1.50000000,3
            1700000100,8,11,8,10,2.00000000,4
            1700000160,10,10,5,6,0.50000000,1
            """
        ),
        (
            "Coinbase: low and high come first",
            """
            1700000040,6,9,7,8,1.5
            1700000100,8,11,8,10,2
            1700000160,5,10,10,6,0.5
            """
        ),
        (
            "Bitfinex: the close comes second",
            """
            1700000040000,7,8,9,6,1.5
            1700000100000,8,10,11,8,2
            1700000160000,10,6,10,5,0.5
            """
        ),
        (
            "KuCoin's rows",
            """
            1700000040,7,8,9,6,1.5,12.345
            1700000100,8,10,11,8,2,19.5
            1700000160,10,6,10,5,0.5,4.25
            """
        ),
        (
            "Gate: the volume comes first",
            """
            1700000040,1.5,8,9,6,7
            1700000100,2,10,11,8,8
            1700000160,0.5,6,10,5,10
            """
        ),
        (
            "date and time in two columns",
            """
            Date,Time,Open,High,Low,Close,Volume,OpenInterest
            2023-11-14,22:14:00,7,9,6,8,1.5,0
            2023-11-14,22:15:00,8,11,8,10,2,0
            2023-11-14,22:16:00,10,10,5,6,0.5,0
            """
        ),
        (
            "MetaTrader 5",
            """
            <DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>
            2023.11.14\t22:14:00\t7\t9\t6\t8\t1.5\t0\t3
            2023.11.14\t22:15:00\t8\t11\t8\t10\t2\t0\t3
            2023.11.14\t22:16:00\t10\t10\t5\t6\t0.5\t0\t3
            """
        ),
        (
            "MetaTrader 4 without a header",
            """
            2023.11.14,22:14,7,9,6,8,1.5
            2023.11.14,22:15,8,11,8,10,2
            2023.11.14,22:16,10,10,5,6,0.5
            """
        ),
        (
            "Stooq",
            """
            <TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>
            XYZ,1,20231114,221400,7,9,6,8,1.5,0
            XYZ,1,20231114,221500,8,11,8,10,2,0
            XYZ,1,20231114,221600,10,10,5,6,0.5,0
            """
        ),
        (
            "clocks of four digits",
            """
            time;date;open;high;low;close;vol
            2214;20231114;7;9;6;8;1.5
            2215;20231114;8;11;8;10;2
            2216;20231114;10;10;5;6;0.5
            """
        ),
        (
            "histdata",
            """
            20231114 221400;7;9;6;8;1.5
            20231114 221500;8;11;8;10;2
            20231114 221600;10;10;5;6;0.5
            """
        ),
        (
            "digits down to the minute",
            """
            date,open,high,low,close,volume
            202311142214,7,9,6,8,1.5
            202311142215,8,11,8,10,2
            202311142216,10,10,5,6,0.5
            """
        ),
        (
            "digits down to the millisecond",
            """
            date,open,high,low,close,volume
            20231114221400000,7,9,6,8,1.5
            20231114221500000,8,11,8,10,2
            20231114221600000,10,10,5,6,0.5
            """
        ),
        (
            "day first, decimal commas, semicolons",
            """
            sep=;
            Datum;Date;Time;Open;High;Low;Close;Volume;
            x;14.11.2023;22:14;7,0;9,0;6,0;8,0;1,5;
            x;14.11.2023;22:15;8,0;11,0;8,0;10,0;2,0;
            x;14.11.2023;22:16;10,0;10,0;5,0;6,0;0,5;
            """
        ),
        (
            "month first, half days, quotes, signs of a currency",
            """
            Date,Open,High,Low,Close,Volume
            "11/14/2023 10:14 PM","$7.00","$9.00","$6.00","$8.00","1.5"
            "11/14/2023 10:15 PM","$8.00","$11.00","$8.00","$10.00","2"
            "11/14/2023 10:16 PM","$10.00","$10.00","$5.00","$6.00","0.5"
            """
        ),
        (
            "Dukascopy",
            """
            Gmt time,Open,High,Low,Close,Volume
            14.11.2023 22:14:00.000,7,9,6,8,1.5
            14.11.2023 22:15:00.000,8,11,8,10,2
            14.11.2023 22:16:00.000,10,10,5,6,0.5
            """
        ),
        (
            "CryptoDataDownload",
            """
            https://example.com/data
            unix,date,symbol,open,high,low,close,Volume ETH,Volume BTC,tradecount
            1700000040000,2023-11-14 22:14:00,ETH/BTC,7,9,6,8,1.5,700,3
            1700000100000,2023-11-14 22:15:00,ETH/BTC,8,11,8,10,2,700,3
            1700000160000,2023-11-14 22:16:00,ETH/BTC,10,10,5,6,0.5,700,3
            """
        ),
        (
            "Kaggle",
            """
            Timestamp,Open,High,Low,Close,Volume_(Currency),Volume_(BTC),Weighted_Price
            1700000040,7,9,6,8,70,1.5,7
            1700000100,8,11,8,10,70,2,9
            1700000160,10,10,5,6,70,0.5,8
            """
        ),
        (
            "Polygon",
            """
            ticker,volume,open,close,high,low,window_start,transactions
            X:ABC-USD,1.5,7,8,9,6,1700000040000000000,3
            X:ABC-USD,2,8,10,11,8,1700000100000000000,4
            X:ABC-USD,0.5,10,6,10,5,1700000160000000000,1
            """
        ),
        (
            "OKX",
            """
            instrument_name,open,high,low,close,vol,vol_ccy,vol_quote,open_time,confirm
            ABC-USDT,7,9,6,8,1.5,700,700,1700000040000,1
            ABC-USDT,8,11,8,10,2,700,700,1700000100000,1
            ABC-USDT,10,10,5,6,0.5,700,700,1700000160000,1
            """
        ),
        (
            "yfinance, three lines of header",
            """
            Price,Close,High,Low,Open,Volume
            Ticker,ABC-USD,ABC-USD,ABC-USD,ABC-USD,ABC-USD
            Datetime,,,,,
            2023-11-14 22:14:00+00:00,8,9,6,7,1.5
            2023-11-14 22:15:00+00:00,10,11,8,8,2
            2023-11-14 22:16:00+00:00,6,10,5,10,0.5
            """
        ),
        (
            "CoinAPI",
            """
            time_period_start;time_period_end;px_open;px_high;px_low;px_close;sx_cnt;sx_sum
            2023-11-14T22:14:00.0000000Z;2023-11-14T22:15:00.0000000Z;7;9;6;8;3;1.5
            2023-11-14T22:15:00.0000000Z;2023-11-14T22:16:00.0000000Z;8;11;8;10;3;2
            2023-11-14T22:16:00.0000000Z;2023-11-14T22:17:00.0000000Z;10;10;5;6;3;0.5
            """
        ),
        (
            "a named comment in front",
            """
            # exported by hand
            # time,open,high,low,close,volume
            2023/11/14 22:14,7,9,6,8,1.5
            2023/11/14 22:15,8,11,8,10,2
            2023/11/14 22:16,10,10,5,6,0.5
            """
        ),
        (
            "Investing.com",
            """
            "Date","Price","Open","High","Low","Vol.","Change %"
            "Nov 14, 2023 22:14","8.0","7.0","9.0","6.0","0.0015K","0.10%"
            "Nov 14, 2023 22:15","10.0","8.0","11.0","8.0","0.000002M","0.10%"
            "Nov 14, 2023 22:16","6.0","10.0","10.0","5.0","0.5","-0.10%"
            """
        ),
        (
            "freqtrade",
            "[[1700000040000, 7.0, 9.0, 6.0, 8.0, 1.5],[1700000100000, 8.0, 11, 8, 10.0, 2.0],"
                + "[1700000160000, 10.0, 10, 5, 6, 0.5]]"
        ),
        (
            "JSON over many lines, numbers as text",
            """
            [
              [
                "1700000040000", "7", "9", "6", "8", "1.5"
              ],
              ["1700000100000", "8", "11", "8", "10", "2"],
              ["1700000160000", "10", "10", "5", "6", "0.5"]
            ]
            """
        ),
        (
            "JSON of objects",
            """
            [{"t":1700000040,"o":7,"h":9,"l":6,"c":8,"v":1.5,"info":{"a":[1,2]}},
             {"t":1700000100,"o":8,"h":11,"l":8,"c":10,"v":2,"info":null},
             {"o":10,"t":1700000160,"h":10,"l":5,"c":6,"v":0.5}]
            """
        ),
        (
            "JSON lines",
            """
            {"date":"2023-11-14T22:14:00.000Z","open":7,"high":9,"low":6,"close":8,"volume":1.5}
            {"date":"2023-11-14T22:15:00.000Z","open":8,"high":11,"low":8,"close":10,"volume":2}
            {"date":"2023-11-14T22:16:00.000Z","open":10,"high":10,"low":5,"close":6,"volume":0.5}
            """
        ),
    ]

    static let expected = [
        "2023-11-14 22:14:00 7 9 6 8 1.5", "2023-11-14 22:15:00 8 11 8 10 2",
        "2023-11-14 22:16:00 10 10 5 6 0.5",
    ]

    @Test(arguments: layouts.indices)
    func `are read alike`(layout: Int) throws {
        let (name, text) = Self.layouts[layout]
        for written in [text, "\u{FEFF}" + text + "\n\n", text.replacing("\n", with: "\r\n")] {
            let path = try folder.write("a", written)
            #expect(try bars(path) == Self.expected, "\(name)")
        }
        let path = try folder.write("a.gz", packed(Array(text.utf8)))
        #expect(try bars(path) == Self.expected, "\(name), packed")
    }

    @Test func `count rows without a price, and take a missing volume for none`() throws {
        let path = try folder.write(
            "y.csv",
            """
            Date,Open,High,Low,Close,Adj Close,Volume
            2025-01-01,7,9,6,8,8,1
            2025-01-02,null,null,null,null,null,null
            2025-01-03,NaN,NaN,NaN,NaN,NaN,0
            2025-01-04,,,,,,
            2025-01-05,8,9,6,8,8,
            2025-01-06,8,9,6,8,8,NaN
            """)
        let source = try MarketFile.open(path: path, instrument: try instrument())
        #expect(try events(of: source).count == 3)
        #expect(source.counts.leftOut == 3)
        #expect(source.counts.notes.contains("3 rows without a price were passed over"))
        #expect(source.counts.notes.contains("2 bars without a volume are read with volume 0"))
    }

    private func bars(_ path: String) throws -> [String] {
        try events(path).map { event in
            guard case .bar(let bar) = event else { return "\(event)" }
            return "\(UTCTime(bar.openTime).dateAndClock) \(bar.open) \(bar.high) \(bar.low) "
                + "\(bar.close) \(bar.volume)"
        }
    }
}

/// Trades as venues give them away.
