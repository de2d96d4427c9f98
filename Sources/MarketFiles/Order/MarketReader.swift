internal import TradingModel

/// Reads the events of a file; each step between the bytes and the run is one.
protocol MarketReader: AnyObject {
    /// As ``MarketEventSource/read(into:)``.
    func read(into batch: EventBatch) throws(MarketDataError)
    /// How much of the file has been read, 0 to 1.
    var progress: Double { get }
    var counts: MarketFileCounts { get }
}

extension NpyReader: MarketReader {}
extension TextReader: MarketReader {}
