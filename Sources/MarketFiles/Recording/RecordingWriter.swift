internal import Glibc
public import TradingModel

/// Writes one recording: the events of one instrument to `NAME.npy`, what it is to `NAME.json`.
///
/// The array can be read at any instant, by a backtest or by NumPy. Events wait in memory for
/// ``flushNanoseconds`` at most, so a process that is killed loses less than a second of them. A
/// flush hands them to the system, which puts them on the disk in its own time; only
/// ``finish(at:)`` waits for the disk. To wait at every flush would hold up the feed for what a
/// disk takes, to save half a minute in a loss of power, which tears the connection too.
public final class RecordingWriter {
    /// Half of what may be lost at most: whoever calls ``flush(at:)`` may be late by the other half.
    public static let flushNanoseconds: Int64 = 500_000_000

    public let path: String
    public let sidecarPath: String
    public private(set) var sidecar: RecordingSidecar
    public private(set) var counts = RecordingCounts()
    private let rows: NpyWriter
    /// When the oldest event that is still in memory was received; nil: none is.
    private var waitingSince: Timestamp?

    /// Package, so that a test can put a full disk in its place.
    package var descriptor: Int32 { rows.descriptor }
    /// The size of the array so far, in bytes.
    public var bytes: Int { rows.bytes }

    /// Begins a recording; none of its files may exist yet.
    ///
    /// - Parameter name: the path of both files without their endings.
    public init(name: String, sidecar: RecordingSidecar) throws(MarketDataError) {
        path = name + ".npy"
        sidecarPath = name + ".json"
        self.sidecar = sidecar
        guard unsafe access(sidecarPath, F_OK) != 0 else {
            throw MarketDataError(file: sidecarPath, reason: "cannot be created: it exists")
        }
        rows = try NpyWriter(path: path, instrument: sidecar.instrument)
        do throws(MarketDataError) {
            try sidecar.write(to: sidecarPath)
        } catch {
            unsafe unlink(path)  // ours, and empty: without a sidecar it would be a puzzle
            throw error
        }
    }

    /// Adds an event, or counts why it is not in the file.
    ///
    /// - Returns: whether it is in the file.
    /// - Throws: for another instrument, and when the disk refuses. What was flushed before stays
    ///   readable; a later flush tries again.
    @discardableResult
    public func append(_ event: MarketEvent) throws(MarketDataError) -> Bool {
        guard let kind = countedKind(event) else { return false }
        try rows.append(event)
        counts[keyPath: kind] += 1
        counts.inexact = rows.inexact
        if waitingSince == nil { waitingSince = event.receiveTime }
        try flush(at: event.receiveTime)
        return true
    }

    /// Says that nothing is known any more: the book is empty from here, and so is the quote.
    ///
    /// Both clocks show `time`: the mark is ours, the venue says nothing. Where only trades are
    /// recorded there is nothing to mark; the gap is counted all the same.
    public func appendGap(at time: Timestamp) throws(MarketDataError) {
        let id = sidecar.instrument.id
        if sidecar.feeds.contains(.book) {
            try append(
                .book(
                    BookChange(
                        instrument: id, kind: .clear, endsMessage: true, venueTime: time,
                        receiveTime: time)))
        }
        if sidecar.feeds.contains(.quotes) {
            try append(
                .quote(
                    Quote(
                        instrument: id, bid: nil, ask: nil, venueTime: time, receiveTime: time)))
        }
        counts.gaps += 1
    }

    /// Where an event is counted that goes into the file; nil where it was counted as left out.
    private func countedKind(_ event: MarketEvent) -> WritableKeyPath<RecordingCounts, Int>? {
        let feed: MarketFeed
        let kind: WritableKeyPath<RecordingCounts, Int>
        let isReadable: Bool
        switch event {
        case .trade(let trade):
            (feed, kind) = (.trades, \.trades)
            isReadable = trade.price > .zero && trade.quantity > .zero
        case .book(let change):
            (feed, kind) = (.book, \.bookChanges)
            isReadable = change.kind == .clear || change.price > .zero
        case .quote(let quote):
            (feed, kind) = (.quotes, \.quotes)
            isReadable = [quote.bid, quote.ask].allSatisfy {
                $0 == nil || $0?.price ?? .zero > .zero
            }
        case .ticker, .funding, .bar:
            leaveOut(event)
            return nil
        }
        guard sidecar.feeds.contains(feed) else {
            counts.notAsked += 1
            return nil
        }
        guard isReadable else {
            counts.refused += 1
            return nil
        }
        return kind
    }

    private func leaveOut(_ event: MarketEvent) {
        switch event {
        case .ticker: counts.tickers += 1
        case .funding: counts.funding += 1
        case .bar: counts.bars += 1
        case .trade, .book, .quote: break
        }
    }

    /// Flushes when the oldest event in memory has waited for long enough.
    ///
    /// To be called at least twice a second: a quiet market must not keep its last trade back.
    public func flush(at time: Timestamp) throws(MarketDataError) {
        guard let since = waitingSince else { return }
        // A clock that was set back must not stop the flushing.
        let isDue = time >= since.advanced(byNanoseconds: Self.flushNanoseconds) || time < since
        if isDue { try flush() }
    }

    /// Writes all events to the system.
    public func flush() throws(MarketDataError) {
        try rows.flush()
        waitingSince = nil
    }

    /// Ends the recording: everything is on the disk, and the sidecar says when and how much.
    public func finish(at time: Timestamp) throws(MarketDataError) {
        try flush()
        try rows.synchronise()
        try rows.close()
        sidecar.ending = RecordingSidecar.Ending(at: time, counts: counts)
        try sidecar.write(to: sidecarPath)
    }
}
