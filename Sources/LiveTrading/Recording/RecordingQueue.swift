internal import Synchronization
public import TradingModel

/// What waits between the event loop that hears the market and the thread that writes it down.
///
/// Bounded, and never waited for: when the disk is that late, messages are dropped whole, counted,
/// and the gap is marked. After a gap a book is written again from its next snapshot on, for
/// changes to a book that nobody knows would make one that never was.
public final class RecordingQueue: Sendable {
    /// What the writer does next.
    public enum Entry: Hashable, Sendable {
        case event(MarketEvent)
        /// Nothing is known of the instrument from this time on.
        case lost(InstrumentID, at: Timestamp)
    }

    /// Half a minute of the busiest markets; some 20 MB.
    public static let usualLimit = 131_072

    fileprivate struct Track {
        enum Message {
            case none, taken, dropped
        }

        /// What becomes of the rest of the book message that has begun.
        var message = Message.none
        /// Since when nothing is known that the writer has not been told of; nil: it knows.
        var lostAt: Timestamp?
        /// Book changes are of no use before a snapshot.
        var needsSnapshot = false
        /// The snapshot will not come by itself: the venue does not know that we need one.
        var mustAsk = false
        var dropped = 0
    }

    fileprivate struct Contents {
        var entries: [Entry] = []
        var tracks: [Track]
    }

    private let limit: Int
    private let contents: Mutex<Contents>

    /// - Parameter limit: of entries; the rest of a message that has begun is taken beyond it.
    public init(instruments: Int, limit: Int = usualLimit) {
        self.limit = limit
        contents = Mutex(Contents(tracks: Array(repeating: Track(), count: instruments)))
    }

    // MARK: - The loop's side

    /// Adds an event, or counts it as dropped.
    public func put(_ event: MarketEvent) {
        contents.withLock { contents in
            let hasRoom = contents.entries.count < limit
            let id = event.instrument
            guard contents.tracks[id.index].takes(event, hasRoom: hasRoom) else { return }
            contents.markGap(id)
            contents.entries.append(.event(event))
        }
    }

    /// Marks that nothing is known of an instrument until its next snapshot.
    public func lose(_ instrument: InstrumentID, at time: Timestamp) {
        contents.withLock { contents in
            contents.tracks[instrument.index].lose(at: time)
            if contents.entries.count < limit { contents.markGap(instrument) }
        }
    }

    /// The instruments whose books must be asked for anew, each told once, and only when there is
    /// room for them.
    public func drainTorn() -> [InstrumentID] {
        contents.withLock { contents in
            guard contents.entries.count <= limit / 2 else { return [] }
            return contents.tracks.indices.filter { contents.tracks[$0].mustAsk }.map {
                contents.tracks[$0].mustAsk = false
                return InstrumentID($0)
            }
        }
    }

    /// Events that were dropped, by instrument.
    public var dropped: [Int] { contents.withLock { $0.tracks.map(\.dropped) } }

    // MARK: - The writer's side

    /// All that waits, in order.
    public func drain() -> [Entry] {
        contents.withLock { contents in
            for index in contents.tracks.indices { contents.markGap(InstrumentID(index)) }
            defer { contents.entries = [] }
            return contents.entries
        }
    }
}

extension RecordingQueue.Contents {
    /// Lets the mark of a gap stand before what comes next.
    fileprivate mutating func markGap(_ instrument: InstrumentID) {
        guard let time = tracks[instrument.index].lostAt else { return }
        tracks[instrument.index].lostAt = nil
        entries.append(.lost(instrument, at: time))
    }
}

extension RecordingQueue.Track {
    /// Whether an event is to be written.
    fileprivate mutating func takes(_ event: MarketEvent, hasRoom: Bool) -> Bool {
        guard case .book(let change) = event else {
            if !hasRoom { drop(event) }
            return hasRoom
        }
        if message == .none { message = begin(change, hasRoom: hasRoom) ? .taken : .dropped }
        let isTaken = message == .taken
        if change.endsMessage { message = .none }
        if !isTaken { drop(event, tears: !hasRoom) }
        return isTaken
    }

    private mutating func begin(_ change: BookChange, hasRoom: Bool) -> Bool {
        guard hasRoom else { return false }
        guard needsSnapshot else { return true }
        guard change.kind == .clear else { return false }
        needsSnapshot = false
        mustAsk = false
        return true
    }

    private mutating func drop(_ event: MarketEvent, tears: Bool = true) {
        dropped += 1
        guard tears else { return }
        lose(at: event.receiveTime)
        mustAsk = true
    }

    /// The mark empties the book: only a snapshot can fill it again.
    fileprivate mutating func lose(at time: Timestamp) {
        lostAt = lostAt ?? time
        needsSnapshot = true
        if message == .taken { message = .dropped }
    }
}
