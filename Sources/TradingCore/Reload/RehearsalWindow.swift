public import TradingModel

/// What happened to a run, as a rehearsal lives it again.
enum WindowItem: Sendable {
    case trade(Trade)
    case change(BookChange)
    indirect case input(EngineInput)
    /// An own order after we sent, cancelled or amended it.
    indirect case order(Order)
    /// An own order that our gate refused: the strategy hears of it with the next input.
    indirect case refused(Order)
    /// What the version at work asked for.
    indirect case intent(Intent)
}

/// How much of the past is kept for rehearsals.
public struct WindowLimits: Hashable, Sendable {
    /// In nanoseconds of engine time.
    public var span: Int64
    /// Inputs, own orders and intents together.
    public var count: Int

    /// 15 minutes, or 200,000 of them: some 25 MB.
    public init(span: Int64 = 900_000_000_000, count: Int = 200_000) {
        self.span = span
        self.count = count
    }
}

/// A part of the past, which begins with all that was known then.
struct WindowSegment: Sendable {
    let start: EngineSnapshot
    /// The number of its first chunk.
    let first: Int
}

/// The last minutes of a run: what came in, what was asked for, and what was known before.
///
/// Kept in segments, so that the oldest can be dropped whole: each begins with a snapshot. Its items
/// lie in chunks, numbered from 0 through the whole run, which nothing changes once they are full.
public final class RehearsalWindow {
    let limits: WindowLimits
    private var segments: [WindowSegment] = []
    private var chunks: [[WindowItem]] = []
    /// How far a rehearsal under way has come: nothing after it is dropped; nil: there is none.
    private var position: Int?
    /// The number of the first of ``chunks``.
    private var firstChunk = 0
    private var open: [WindowItem] = []
    private var itemsInSegment = 0
    /// Items of all segments.
    public private(set) var count = 0

    private static let chunkSize = 1_024  // items: 112 KB, which the allocator reuses
    private static let segmentCount: Int64 = 8
    private static let nearItems = 64
    private static let nearShare: Int64 = 64
    /// How many times the window's count is kept for a rehearsal that is slower than the market.
    private static let patience = 4

    init(limits: WindowLimits) { self.limits = limits }

    /// The number of the chunk that the next item goes into.
    private var openChunk: Int { firstChunk + chunks.count }

    /// Whether a segment is about to begin: data that is large is made ready to be read then.
    func isSegmentNear(at now: Timestamp) -> Bool {
        guard let begun = segments.last?.start.state.now else { return true }
        if itemsInSegment + Self.nearItems >= limits.count / Int(Self.segmentCount) { return true }
        let span = limits.span / Self.segmentCount
        return now.nanoseconds - begun.nanoseconds >= span - span / Self.nearShare
    }

    /// The strategy's own data when the last segment began, and when that was; nil: none has, or it could
    /// not be saved.
    public var lastState: (state: StrategyState, time: Timestamp)? {
        guard let start = segments.last?.start, let state = start.strategyState else { return nil }
        return (state, start.state.now)
    }

    /// Whether the segment at work is long enough for a new one to begin.
    func isSegmentOver(at now: Timestamp) -> Bool {
        // Before the first event there is no time yet.
        guard let begun = segments.last?.start.state.now else { return now > .distantPast }
        if itemsInSegment >= max(1, limits.count / Int(Self.segmentCount)) { return true }
        return now.nanoseconds - begun.nanoseconds >= limits.span / Self.segmentCount
    }

    /// Begins a segment and drops those that the limits no longer need.
    func begin(_ snapshot: EngineSnapshot) {
        closeChunk()
        segments.append(WindowSegment(start: snapshot, first: openChunk))
        itemsInSegment = 0
        let oldest = snapshot.state.now.advanced(byNanoseconds: -limits.span)
        while segments.count > 1 {
            let second = segments[1]
            let dropped = itemCount(segments[0].first..<second.first)
            guard count - dropped >= limits.count || second.start.state.now <= oldest else { break }
            count -= dropped
            segments.removeFirst()
        }
        dropChunks()
    }

    /// Forgets what neither a segment nor a rehearsal under way needs.
    private func dropChunks() {
        var needed = segments[0].first
        if let position, position < needed {
            if itemCount(position..<needed) <= Self.patience * limits.count {
                needed = position
            } else {
                self.position = nil
            }
        }
        chunks.removeFirst(needed - firstChunk)
        firstChunk = needed
    }

    private func itemCount(_ range: Range<Int>) -> Int {
        chunks[(range.lowerBound - firstChunk)..<(range.upperBound - firstChunk)]
            .reduce(0) { $0 + $1.count }
    }

    func append(_ item: WindowItem) {
        guard !segments.isEmpty else { return }
        open.append(item)
        count += 1
        itemsInSegment += 1
        if open.count == Self.chunkSize { closeChunk() }
    }

    private func closeChunk() {
        guard !open.isEmpty else { return }
        if open.count == Self.chunkSize {
            chunks.append(open)
            open = []
            open.reserveCapacity(Self.chunkSize)
        } else {
            // A copy of the right size: a rehearsal asks often, and each time for a few items.
            chunks.append(open.map(\.self))
            open.removeAll(keepingCapacity: true)
        }
    }

    /// All that is kept, to begin a rehearsal with; what comes after is kept for it too.
    public func material() -> RehearsalMaterial? {
        closeChunk()
        guard let segment = segments.first else { return nil }
        position = openChunk
        return RehearsalMaterial(
            start: segment.start, chunks: Array(chunks.dropFirst(segment.first - firstChunk)),
            end: openChunk)
    }

    /// What has come since a rehearsal took in everything before `chunk`; nil: some of it is gone.
    public func chunks(from chunk: Int) -> RehearsalRest? {
        closeChunk()
        guard chunk >= firstChunk else { return nil }
        if position != nil { position = openChunk }
        return RehearsalRest(chunks: Array(chunks.dropFirst(chunk - firstChunk)), end: openChunk)
    }

    /// Keeps nothing for a rehearsal any more.
    public func release() { position = nil }
}

/// The past, for a rehearsal on whatever thread.
public struct RehearsalMaterial: Sendable {
    let start: EngineSnapshot
    let chunks: [[WindowItem]]
    /// Where what comes after begins.
    let end: Int
    /// The strategy's own data at the beginning; nil where it could not be saved.
    public var strategyState: StrategyState? {
        start.strategyState.flatMap { (try? $0.resolved()) == nil ? nil : $0 }
    }
}

/// What has happened since a rehearsal looked last.
public struct RehearsalRest: Sendable {
    let chunks: [[WindowItem]]
    let end: Int
    /// How many items: a rehearsal whose rest is small can be swapped in.
    public var count: Int { chunks.reduce(0) { $0 + $1.count } }
}
