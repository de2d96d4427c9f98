internal import TradingModel

/// Turns a file round whose newest record comes first: reads it whole, then hands it out from its
/// end, sorted by receive time.
///
/// Of records of one time the one that stands lower in the file comes first, as everywhere in it.
final class NewestFirstReader: MarketReader {
    private let inner: any MarketReader
    private let path: String
    private let most: Int
    private var trades: [Trade] = []
    private var others: [MarketEvent] = []
    private var next = 0
    private var hasRead = false
    private var failure: MarketDataError?

    /// - Parameter most: how many events are kept in memory; more are refused.
    init(_ inner: any MarketReader, path: String, most: Int) {
        self.inner = inner
        self.path = path
        self.most = most
    }

    var progress: Double { inner.progress }

    func read(into batch: EventBatch) throws(MarketDataError) {
        if !hasRead {
            hasRead = true
            do throws(MarketDataError) { try readAll() } catch { failure = error }
        }
        // Nothing is handed out of a file whose older part cannot be read.
        if let failure { throw failure }
        let count = others.isEmpty ? trades.count : others.count
        while next < count, !batch.isFull {
            if others.isEmpty { batch.append(trades[next]) } else { batch.append(others[next]) }
            next += 1
        }
    }

    private func readAll() throws(MarketDataError) {
        let batch = EventBatch(capacity: 512)
        while true {
            batch.removeAll()
            try inner.read(into: batch)
            if batch.isEmpty { break }
            guard trades.count + others.count + batch.count <= most else { throw tooLarge }
            for place in 0..<batch.count {
                if others.isEmpty, batch.kind(at: place) == .trade {
                    trades.append(batch.trade(at: place))
                } else {
                    others.append(batch[place])
                }
            }
        }
        if !others.isEmpty, !trades.isEmpty {
            others = trades.map { .trade($0) } + others
            trades = []
        }
        trades.reverse()
        others.reverse()
        // The standard library's sort is stable.
        trades.sort { $0.receiveTime < $1.receiveTime }
        others.sort { $0.receiveTime < $1.receiveTime }
    }

    private var tooLarge: MarketDataError {
        MarketDataError(
            file: path,
            reason: "\(newestFirst) and holds more than \(grouped(most)) "
                + "records, too many to turn it round in memory; turn it once: \(newestFirstCure)")
    }

    var counts: MarketFileCounts {
        var counts = inner.counts
        counts.outOfOrder = 0
        counts.events = next
        let turned = trades.count + others.count
        counts.notes.append(
            "it is written newest first: its "
                + grouped(turned, "record was", "records were") + " turned round"
        )
        return counts
    }
}

let newestFirst = "is written newest first"
/// The cure of a file that cannot be turned round here.
let newestFirstCure = "(head -n 1 FILE; tail -n +2 FILE | tac) > TURNED"
