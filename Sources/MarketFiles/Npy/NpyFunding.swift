internal import TradingModel

/// What rows of marks and rates tell of a perpetual's funding.
///
/// hftbacktest's converter of Binance's streams writes such rows where it is asked to, with the value
/// as the price. They do not say when the rate is settled: it is at 00:00, 08:00 and 16:00 UTC.
struct NpyFunding {
    private static let interval: Int64 = 8 * 3600 * 1_000_000_000

    private let instrument: InstrumentID
    private var mark: Price?
    private var rate: Rate?
    /// When the next settlement is due, in nanoseconds; never, while no rate is known.
    private(set) var due = Self.never
    /// Behind the last time that is taken.
    private static let never = Timestamp.last.nanoseconds + 1
    private var sawRate = false

    init(_ instrument: InstrumentID) { self.instrument = instrument }

    /// The settlement that is due before a row of `time`; nil where none is.
    mutating func settle(before time: Timestamp) -> MarketEvent? {
        guard time.nanoseconds >= due, let rate else { return nil }
        let moment = Timestamp(nanoseconds: due)
        due = Self.never
        return .funding(
            Funding(
                instrument: instrument, rate: rate, mark: mark, venueTime: moment,
                receiveTime: moment))
    }

    /// Reads such a row; a price comes as a ticker.
    mutating func decode(_ row: NpyRow) throws(BadLine) -> MarketEvent? {
        guard row.price.isFinite else { throw BadLine(reason: "px \(row.price) is not a number") }
        let text = row.price.description
        if row.kind == NpyEvent.fundingRate {
            guard abs(row.price) < 1, let value = try? Rate(text) else {
                throw BadLine(reason: "px \(row.price) is not a rate of funding")
            }
            rate = value
            sawRate = true
            let (next, tooLarge) = (row.receiveTime.nanoseconds / Self.interval + 1)
                .multipliedReportingOverflow(by: Self.interval)
            due = tooLarge ? Self.never : min(next, Self.never)
            return nil
        }
        guard row.price > 0, let price = try? Price(text).admitted() else {
            throw BadLine(reason: "px \(row.price) is not a price above 0")
        }
        var ticker = Ticker(
            instrument: instrument, venueTime: row.receiveTime, receiveTime: row.receiveTime)
        if row.kind == NpyEvent.mark {
            mark = price
            ticker.mark = price
        } else {
            ticker.index = price
        }
        return .ticker(ticker)
    }

    var notes: [String] {
        sawRate
            ? [
                "rates of funding are settled at 00:00, 08:00 and 16:00 UTC: the rows do not say when"
            ]
            : []
    }
}
