public import TradingCore
public import TradingModel
public import VenueSessions

/// Brings the market data of one or more sessions into a queue, from the first connection to the end.
///
///     connecting ─all instruments known→ opening ─all connected→ recording ─end→ ended
///
/// Holds no socket, no file and no clock. A session tells a loss of its venue as a whole, so each
/// should be one connection of the venue, such as the spot markets or the perpetuals of CoinEx.
public final class VenueRecording {
    public enum Stage: Equatable, Sendable {
        /// Some session has not told its instruments yet.
        case connecting
        /// Everything is asked for; data may come.
        case opening
        case recording
        case ended
    }

    /// How it ended.
    public enum End: Equatable, Sendable {
        case finished(reason: String)
        /// A venue cannot be recorded, and waiting does not help.
        case failed(VenueProblem)
        /// The files cannot be begun or written.
        case disk(reason: String)
    }

    /// One session: which of the recorded instruments it has, by its own numbers.
    private struct Line {
        let places: [Int]
        var isConnected = false
        var requests: [SessionInput] = []
    }

    public private(set) var stage = Stage.connecting
    public private(set) var end: End?
    /// Events that were heard.
    public private(set) var eventCount = 0
    /// When all sessions were connected for the first time.
    public private(set) var since: Timestamp?

    private let feeds: FeedSet
    private let audience: any RecordingAudience
    private let start: ([Instrument], Timestamp) throws -> RecordingQueue
    private var lines: [Line]
    private var instruments: [Instrument?]
    private var queue: RecordingQueue?
    /// Instruments whose gap is marked, and of which nothing was heard since.
    private var marked: Set<InstrumentID> = []

    /// - Parameters:
    ///   - places: of each session, where its instruments stand in the whole list.
    ///   - start: begins the files once all instruments are known.
    public init(
        places: [[Int]], feeds: FeedSet, audience: any RecordingAudience,
        start: @escaping ([Instrument], Timestamp) throws -> RecordingQueue
    ) {
        self.feeds = feeds
        self.audience = audience
        self.start = start
        lines = places.map { Line(places: $0) }
        instruments = Array(repeating: nil, count: places.reduce(0) { $0 + $1.count })
    }

    /// What a session is to do, in order; each is handed out once.
    public func drainRequests(of line: Int) -> [SessionInput] {
        guard !lines[line].requests.isEmpty else { return [] }
        defer { lines[line].requests = [] }
        return lines[line].requests
    }

    // MARK: - What the sessions say

    public func record(_ action: SessionAction, of line: Int, at now: Timestamp) {
        guard stage != .ended else { return }
        switch action {
        case .emit(.market(let event)): record(event, of: line)
        case .book(let changes): for change in changes { record(.book(change), of: line) }
        case .emit(.status(let status)): record(status, of: line, at: now)
        case .instruments(let instruments): record(instruments, of: line, at: now)
        case .log(let level, let text): audience.log(level, text, at: now)
        case .problem(let problem):
            audience.problem(problem, at: now)
            if problem.isPermanent { finish(.failed(problem)) }
        default: break  // orders and accounts: nothing is traded here
        }
    }

    private func record(_ event: MarketEvent, of line: Int) {
        let id = InstrumentID(lines[line].places[event.instrument.index])
        eventCount += 1
        marked.remove(id)
        queue?.put(event.with(instrument: id))
    }

    private func record(_ status: VenueStatus, of line: Int, at now: Timestamp) {
        switch status.state {
        case .connected, .resynchronised:
            if status.instrument == nil { connected(line, at: now) }
        case .stale, .lost:
            let local = status.instrument.map { [$0.index] } ?? Array(lines[line].places.indices)
            lose(local.map { lines[line].places[$0] }, at: now)
        }
        audience.status(status, at: now)
    }

    private func connected(_ line: Int, at now: Timestamp) {
        lines[line].isConnected = true
        guard stage == .opening, lines.allSatisfy(\.isConnected) else { return }
        stage = .recording
        since = now
    }

    private func record(_ told: [Instrument], of line: Int, at now: Timestamp) {
        for instrument in told {
            let place = lines[line].places[instrument.id.index]
            instruments[place] = instrument.moved(to: InstrumentID(place))
        }
        let known = instruments.compactMap(\.self)
        guard known.count == instruments.count, queue == nil else { return }
        do {
            queue = try start(known, now)
        } catch {
            return finish(.disk(reason: "\(error)"))
        }
        stage = .opening
        for line in lines.indices { subscribe(line) }
    }

    // MARK: - Gaps

    /// A connection of the session has ended, whoever ended it: what it told is out of date.
    ///
    /// Sessions tell a loss once; a connection that breaks again before all is well is known here.
    public func fell(_ line: Int, at now: Timestamp) {
        guard stage != .ended else { return }
        lose(lines[line].places, at: now)
    }

    private func lose(_ places: [Int], at now: Timestamp) {
        guard let queue else { return }
        for place in places where marked.insert(InstrumentID(place)).inserted {
            queue.lose(InstrumentID(place), at: now)
        }
    }

    /// Asks for all feeds; those of `torn` are given up first, so that their books come whole.
    private func subscribe(_ line: Int, torn: Set<Int> = []) {
        func feeds(without torn: Set<Int>) -> [InstrumentID: FeedSet] {
            var wanted: [InstrumentID: FeedSet] = [:]
            for (local, place) in lines[line].places.enumerated() {
                wanted[InstrumentID(local)] =
                    torn.contains(place) ? self.feeds.subtracting(.book) : self.feeds
            }
            return wanted
        }
        if !torn.isEmpty { lines[line].requests.append(.subscribe(feeds(without: torn))) }
        lines[line].requests.append(.subscribe(feeds(without: [])))
    }

    // MARK: - From outside

    /// Looks after what the queue could not take.
    public func pass() {
        guard stage != .ended, feeds.contains(.book), let queue else { return }
        let torn = Set(queue.drainTorn().map(\.index))
        guard !torn.isEmpty else { return }
        for line in lines.indices {
            let own = torn.intersection(lines[line].places)
            if !own.isEmpty { subscribe(line, torn: own) }
        }
    }

    public func stop(_ reason: String) { finish(.finished(reason: reason)) }

    /// The files cannot be written any more.
    public func fail(_ reason: String) { finish(.disk(reason: reason)) }

    private func finish(_ end: End) {
        guard stage != .ended else { return }
        stage = .ended
        self.end = end
    }
}

/// Who watches a recording: a person at a screen, or a test.
public protocol RecordingAudience: AnyObject {
    func log(_ level: LogLevel, _ text: String, at now: Timestamp)
    func status(_ status: VenueStatus, at now: Timestamp)
    func problem(_ problem: VenueProblem, at now: Timestamp)
}
