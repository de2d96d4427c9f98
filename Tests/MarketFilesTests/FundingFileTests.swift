import MarketFiles
import Testing
import TradingModel

@Suite struct `Funding from files` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    static let rates: [(of: String, text: String)] = [
        ("Binance", "calc_time,funding_interval_hours,last_funding_rate\n1700006400000,8,0.0001\n"),
        ("Bybit", "symbol,fundingRate,fundingRateTimestamp\nABCUSDT,0.0001,1700006400000\n"),
        (
            "OKX",
            "instId,fundingRate,realizedRate,fundingTime\nABC,0.0009,0.0001,1700006400000\n"
        ),
        ("Gate", "1700006400,0.0001\n1700035200,-0.0002\n"),
        (
            "freqtrade",
            "[[1700006400000,0.0001,0.0,0.0,0.0,0.0],[1700035200000,-0.0002,0.0,0.0,0.0,0.0]]"
        ),
        (
            "freqtrade as a table",
            "date,open,high,low,close,volume\n2023-11-15 00:00:00+00:00,0.0001,0.0,0.0,0.0,0.0\n"
        ),
        ("by hand", "time,funding_rate\n2023-11-15,0.01%\n"),
    ]

    @Test(arguments: rates.indices)
    func `is read from tables of rates`(layout: Int) throws {
        let (name, text) = Self.rates[layout]
        let path = try folder.write("f", text)
        #expect(try MarketFile.inspect(path: path).feeds == [.funding], "\(name)")
        let found = try fundings(path)
        #expect(found.first == "2023-11-15 00:00:00 0.0001 at -", "\(name)")
        if found.count > 1 { #expect(found[1] == "2023-11-15 08:00:00 -0.0002 at -", "\(name)") }
    }

    @Test func `takes the mark price of the row where there is one`() throws {
        let path = try folder.write(
            "f", "symbol,fundingTime,fundingRate,markPrice\nABC,1700006400000,0.0001,37.5\n")
        #expect(try fundings(path) == ["2023-11-15 00:00:00 0.0001 at 37.5"])
    }

    @Test func `of tickers is settled between two rows, at the rate that held last`() throws {
        let path = try folder.write(
            "ticker.csv",
            """
            exchange,symbol,timestamp,local_timestamp,funding_timestamp,funding_rate,\
            predicted_funding_rate,open_interest,last_price,index_price,mark_price
            x,ABC,1700006398000000,1700006398100000,1700006400000000,0.0003,,,7,7.25,7.5
            x,ABC,1700006399000000,1700006399100000,1700006400000000,0.0001,,,7,7.25,7.75
            x,ABC,1700006400500000,1700006400600000,1700006400000000,0.0009,,,8,8.25,8.5
            x,ABC,1700006401000000,1700006401100000,1700035200000000,0.0007,,,8,8.25,8.5

            """)
        #expect(try MarketFile.inspect(path: path).feeds == [.ticker, .funding])
        let found = try events(path)
        #expect(try fundings(path) == ["2023-11-15 00:00:00 0.0001 at 7.75"])
        #expect(
            found.map(\.receiveTime.nanoseconds) == found.map(\.receiveTime.nanoseconds).sorted())
        guard found.count == 5, case .funding = found[2], case .ticker(let ticker) = found[3] else {
            Issue.record("expected the settlement before the third ticker")
            return
        }
        #expect(ticker.mark?.description == "8.5")
        #expect(ticker.index?.description == "8.25")
        #expect(ticker.last?.description == "8")
    }

    @Test func `of a whole position is not a rate`() throws {
        let path = try folder.write("f", "time,funding_rate\n1700006400,1.5\n")
        #expect(try failure(path).reason.contains("`1.5` is not a rate of funding"))
    }

    private func fundings(_ path: String) throws -> [String] {
        try events(path).compactMap { event in
            guard case .funding(let funding) = event else { return nil }
            return "\(UTCTime(funding.venueTime).dateAndClock) \(funding.rate) at "
                + (funding.mark?.description ?? "-")
        }
    }
}
