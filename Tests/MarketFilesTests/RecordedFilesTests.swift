import MarketFiles
import Testing
import TradingModel

/// How many events the README of the recorded data promises.
struct Expected: CustomTestStringConvertible, Sendable {
    var file: String
    var events: Int
    var feed: String
    var testDescription: String { file }

    static let all =
        [
            Expected(
                file: "book/binance_spot_btcusdt_20240808_trades.csv.gz", events: 19_904,
                feed: "trades"),
            Expected(
                file: "book/binance_spot_btcusdt_20240808_bbo.csv.gz", events: 73_174,
                feed: "quotes"),
            Expected(
                file: "book/bitstamp_btcusd_20150501_book20.csv.gz", events: 205_451, feed: "book"),
            Expected(
                file: "book/bitstamp_btcusd_20150501_trades.csv.gz", events: 575, feed: "trades"),
            Expected(
                file: "trades/binance_spot_xrpeth_aggtrades_20191011.csv.gz", events: 12_477,
                feed: "trades"),
            Expected(
                file: "trades/binance_spot_xrpeth_1m_20191011.csv.gz", events: 2469, feed: "bars:1m"
            ),
            Expected(
                file: "trades/binance_usdm_btcusdt_trades_20200222.csv.gz", events: 9999,
                feed: "trades"),
            Expected(
                file: "trades/binance_usdm_btcusdt_quotes_20200222.csv.gz", events: 9999,
                feed: "quotes"),
            Expected(
                file: "trades/coinbase_btcusd_1s_20161007-09.csv.gz", events: 11_520,
                feed: "bars:1s"),
            Expected(
                file: "ohlcv/bitmex_xbtusd_1m_2020q1.csv.gz", events: 131_040, feed: "bars:1m"),
            Expected(file: "ohlcv/bitmex_xbtusd_1m_202105.csv.gz", events: 44_640, feed: "bars:1m"),
            Expected(file: "ohlcv/bitmex_xbtusd_1m_201906.csv.gz", events: 12_960, feed: "bars:1m"),
            Expected(file: "ohlcv/ftx_btc-perp_1m_202201.csv.gz", events: 45_031, feed: "bars:1m"),
            Expected(
                file: "ohlcv/bittrex_adabtc_1m_201807.csv.gz", events: 12_322, feed: "bars:1m"),
            Expected(file: "ohlcv/bittrex_neobtc_1m_201807.csv.gz", events: 7006, feed: "bars:1m"),
            Expected(
                file: "ohlcv/bittrex_xrpbtc_1m_201807.csv.gz", events: 11_248, feed: "bars:1m"),
            Expected(
                file: "ohlcv/bittrex_xvgbtc_1m_201807.csv.gz", events: 10_889, feed: "bars:1m"),
            Expected(
                file: "ohlcv/coinbase_btcusd_1m_trade_20180404-06.csv.gz", events: 3887,
                feed: "bars:1m"),
            Expected(
                file: "ohlcv/coinbase_ethusd_1m_trade_20180404-06.csv.gz", events: 2449,
                feed: "bars:1m"),
            Expected(
                file: "ohlcv/coinbase_ltcusd_1m_trade_20180404-06.csv.gz", events: 3887,
                feed: "bars:1m"),
            Expected(
                file: "ohlcv/coinbase_btceur_1m_trade_20180404-06.csv.gz", events: 3663,
                feed: "bars:1m"),
            Expected(
                file: "ohlcv/coinbase_btcusd_1m_trade_20171217.csv.gz", events: 1440,
                feed: "bars:1m"),
        ]

    /// Between these the README gives a range only.
    static let fiveMinutes = ["btc", "eth", "shib", "pepe", "1000sats"]
}

@Suite(.enabled(if: RecordedData.isThere, RecordedData.comment))
struct `Recorded files` {
    @Test(arguments: Expected.all)
    func `open and give as many events as they hold`(expected: Expected) throws {
        let path = RecordedData.path(expected.file)
        let facts = try MarketFile.inspect(path: path)
        #expect(facts.feeds.map(\.description) == [expected.feed])
        let source = try MarketFile.open(path: path, instrument: try instrument())
        let found = try events(of: source)
        #expect(found.count == expected.events)
        #expect(source.counts.events == expected.events)
        #expect(source.counts.duplicates == 0)
        #expect(source.counts.skipped == 0)
    }

    @Test(arguments: Expected.fiveMinutes)
    func `hold the 5 m bars of 2024`(coin: String) throws {
        let path = RecordedData.path("ohlcv/binance_spot_\(coin)usdt_5m_2024.csv.gz")
        let bars = try events(path)
        #expect((71_769...72_030).contains(bars.count))
        #expect(try MarketFile.inspect(path: path).feeds.map(\.description) == ["bars:5m"])
    }

    @Test func `build the same bars as the venue from its trades`() throws {
        let trades = try events(
            RecordedData.path("trades/binance_spot_xrpeth_aggtrades_20191011.csv.gz"))
        let bars = try events(RecordedData.path("trades/binance_spot_xrpeth_1m_20191011.csv.gz"))
        var volumes: [Int64: Quantity] = [:]
        var closes: [Int64: Price] = [:]
        for case .trade(let trade) in trades {
            let minute = trade.venueTime.nanoseconds / 60_000_000_000
            volumes[minute, default: .zero] += trade.quantity
            closes[minute] = trade.price
        }
        #expect(bars.count == volumes.count)
        for case .bar(let bar) in bars {
            let minute = bar.openTime.nanoseconds / 60_000_000_000
            #expect(bar.volume == volumes[minute])
            #expect(bar.close == closes[minute])
        }
    }

    @Test func `of BitMEX are stamped with the end of the bar and noted`() throws {
        let path = RecordedData.path("ohlcv/bitmex_xbtusd_1m_2020q1.csv.gz")
        let source = try MarketFile.open(path: path, instrument: try instrument())
        let found = try events(of: source)
        guard case .bar(let first) = found[0] else {
            Issue.record("the first event is no bar")
            return
        }
        #expect(first.closeTime.nanoseconds == 1_577_836_800_000_000_000)
        #expect(first.openTime.nanoseconds == 1_577_836_740_000_000_000)
        #expect(first.tradeCount == 24)
        #expect(
            source.counts.notes == [
                "2,477 bars open or close outside their low to high",
                "times are read as the ends of the bars, as BitMEX writes them",
            ])
    }

    @Test func `from Tardis keep both times and the taker`() throws {
        let path = RecordedData.path("trades/binance_usdm_btcusdt_trades_20200222.csv.gz")
        let expected = Trade(
            instrument: InstrumentID(3), price: try Price("9682"), quantity: try Quantity("0.132"),
            taker: .buy, id: 42_377_944,
            venueTime: Timestamp(nanoseconds: 1_582_329_602_111_000_000),
            receiveTime: Timestamp(nanoseconds: 1_582_329_602_418_379_000))
        #expect(try events(path).first == .trade(expected))
        #expect(try MarketFile.inspect(path: path).symbols == ["BTCUSDT"])
    }

    @Test(arguments: [
        ("book/bitstamp_btcusd_20150501.ws.gz", "captured stream"),
        ("book/bitfinex_btcusd_l3_r0_2021.jsonl.gz", "is JSON: the columns"),
        ("book/bybit_xrpusdt_ob500_20241201.jsonl.gz", "is JSON: the columns"),
        ("book/hyperliquid_btc_20250126.ws.gz", "captured stream"),
        ("book/bitstamp_btcusd_20150501_orders.csv.gz", "single orders"),
        ("ohlcv/coinbase_btcusd_1m_quote_20171217.csv.gz", "bars of bid and ask"),
    ])
    func `that are not understood say so`(name: String, reason: String) throws {
        let error = try failure(RecordedData.path(name))
        #expect(error.reason.contains(reason), "\(error)")
        #expect(error.reason.count < 500, "\(error)")
        #expect(error.file.hasSuffix(name))
    }
}
