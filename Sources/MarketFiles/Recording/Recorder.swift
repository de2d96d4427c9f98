internal import Glibc
internal import TradingCore
public import TradingModel

/// When a recording goes on in a new file.
public struct RecordingRotation: Hashable, Sendable {
    /// Whether each UTC day has a file of its own, by receive time.
    public var daily: Bool
    /// How much an array grows, beyond the book that it begins with, until the next message goes
    /// into a new one; nil: without end.
    public var bytes: Int?

    public init(daily: Bool = true, bytes: Int? = nil) {
        self.daily = daily
        self.bytes = bytes
    }
}

/// What to record of an instrument.
public struct RecordedInstrument: Hashable, Sendable {
    public var instrument: Instrument
    /// Of trades, quotes and book.
    public var feeds: [MarketFeed]
    /// How many levels a side the venue was asked for; nil: all that it has.
    public var depth: Int?

    public init(instrument: Instrument, feeds: [MarketFeed], depth: Int? = nil) {
        self.instrument = instrument
        self.feeds = feeds
        self.depth = depth
    }
}

/// What a recorder has written so far.
public struct RecordingSummary: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public var symbol: Symbol
        /// The arrays in the order of time; the last is being written.
        public var files: [String]
        /// Over all files.
        public var counts: RecordingCounts
    }

    /// In the order in which the instruments were given.
    public var entries: [Entry]
    /// Events of instruments that are not recorded here.
    public var strangers: Int
}

/// Records the market data of several instruments, a pair of files each, into one folder.
///
///     let recorder = try Recorder(folder: "data", instruments: all, version: "0.1.0", at: now)
///     try recorder.take(event)                    // every market event of the connector
///     try recorder.lost(instrument, at: now)      // its connection is gone, or out of step
///     try recorder.tick(at: now)                  // at least twice a second
///     try recorder.finish(at: now)
///
/// Time is always an input. A new file begins with the book as it then stands, so each can be read
/// alone. Ending a file waits for the disk: keep a recorder off the event loop. After an error the files are whole as far as they were flushed: finish, and stop.
public final class Recorder {
    private struct Track {
        let recorded: RecordedInstrument
        let book: OrderBook
        /// Whether a clear or a level was ever received.
        var hasBook = false
        var writer: RecordingWriter
        /// The UTC day of the file, counted from 1970.
        var day: Int64
        /// The array's size when the first event of the market came.
        var bytesAtStart = 0
        /// The arrays before the one that is being written, and what they hold.
        var finishedFiles: [String] = []
        var finishedCounts = RecordingCounts()
        /// When the last event was received, so that a gap mark never stands before it.
        var lastTime = Timestamp.distantPast
    }

    private let folder: String
    private let rotation: RecordingRotation
    private let version: String
    private var tracks: [Track] = []
    private var places: [InstrumentID: Int] = [:]
    private var strangers = 0

    /// Makes the folder where it is missing, and the first files.
    ///
    /// - Parameter version: of the program, for the sidecars.
    /// - Throws: when the folder or a file cannot be written.
    public init(
        folder: String, instruments: [RecordedInstrument],
        rotation: RecordingRotation = RecordingRotation(), version: String, at time: Timestamp
    ) throws(MarketDataError) {
        self.folder = folder
        self.rotation = rotation
        self.version = version
        if unsafe mkdir(folder, 0o755) != 0, errno != EEXIST {
            throw MarketDataError(
                file: folder, reason: "cannot be made: \(systemReason()); name a folder with --out")
        }
        for recorded in instruments {
            let id = recorded.instrument.id
            precondition(places[id] == nil, "an instrument is recorded once")
            places[id] = tracks.count
            let writer = try makeWriter(recorded, at: time)
            tracks.append(
                Track(
                    recorded: recorded, book: OrderBook(instrument: id), writer: writer,
                    day: Self.day(of: time), bytesAtStart: writer.bytes))
        }
    }

    /// Records an event, in a new file where it is time for one.
    public func record(_ event: MarketEvent) throws(MarketDataError) {
        guard let place = places[event.instrument] else {
            strangers += 1
            return
        }
        if isRotationDue(tracks[place], at: event.receiveTime) {
            try rotate(place, at: event.receiveTime)
        }
        guard try tracks[place].writer.append(event) else { return }
        tracks[place].lastTime = max(tracks[place].lastTime, event.receiveTime)
        // After the file has it: a new file's book must not hold what the old one lacks.
        if case .book(let change) = event {
            tracks[place].book.apply(change)
            tracks[place].hasBook = true
        }
    }

    /// Marks that nothing is known of an instrument from here until its next snapshot.
    ///
    /// A book that merely stopped would look alive in a backtest, which would trade on it.
    public func lost(_ instrument: InstrumentID, at time: Timestamp) throws(MarketDataError) {
        guard let place = places[instrument] else { return }
        // Behind the last event: at its very time the mark could pass for a part of its message.
        let last = tracks[place].lastTime
        let moment = max(time, last == .distantPast ? last : last.advanced(byNanoseconds: 1))
        if isRotationDue(tracks[place], at: moment) { try rotate(place, at: moment) }
        try tracks[place].writer.appendGap(at: moment)
        tracks[place].lastTime = moment
        guard tracks[place].recorded.feeds.contains(.book) else { return }
        tracks[place].hasBook = true
        tracks[place].book.apply(
            BookChange(
                instrument: instrument, kind: .clear, endsMessage: true, venueTime: moment,
                receiveTime: moment))
    }

    /// Flushes what has waited; to be called at least twice a second.
    ///
    /// - Throws: the first error, after every instrument had its turn.
    public func tick(at time: Timestamp) throws(MarketDataError) {
        try forEach { writer throws(MarketDataError) in try writer.flush(at: time) }
    }

    /// Ends all recordings; nothing can be taken afterwards.
    ///
    /// - Throws: the first error, after every instrument had its turn.
    public func finish(at time: Timestamp) throws(MarketDataError) {
        try forEach { writer throws(MarketDataError) in try writer.finish(at: time) }
    }

    private func forEach(
        _ body: (RecordingWriter) throws(MarketDataError) -> Void
    ) throws(MarketDataError) {
        var failure: MarketDataError?
        for track in tracks {
            do throws(MarketDataError) { try body(track.writer) } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    /// What was written and left out, so far.
    public var summary: RecordingSummary {
        RecordingSummary(
            entries: tracks.map { track in
                RecordingSummary.Entry(
                    symbol: track.recorded.instrument.symbol,
                    files: track.finishedFiles + [track.writer.path],
                    counts: track.finishedCounts + track.writer.counts)
            }, strangers: strangers)
    }
}

// MARK: - New files

extension Recorder {
    /// Never within a message: half of it alone would leave a book that never was.
    private func isRotationDue(_ track: Track, at time: Timestamp) -> Bool {
        guard !(track.hasBook && track.book.isInMessage) else { return false }
        if let limit = rotation.bytes, track.writer.bytes - track.bytesAtStart >= limit {
            return true
        }
        return rotation.daily && Self.day(of: time) > track.day
    }

    private static func day(of time: Timestamp) -> Int64 {
        time.nanoseconds / 86_400_000_000_000
    }

    /// Ends the file and begins the next one with the book as it stands.
    private func rotate(_ place: Int, at time: Timestamp) throws(MarketDataError) {
        // The new file first: where it cannot be made, the old one stays as it is.
        let next = try makeWriter(tracks[place].recorded, at: time)
        let previous = tracks[place].writer
        tracks[place].finishedFiles.append(previous.path)
        tracks[place].finishedCounts = tracks[place].finishedCounts + previous.counts
        tracks[place].writer = next
        tracks[place].day = Self.day(of: time)
        if tracks[place].hasBook { try copyBook(tracks[place].book, into: next, at: time) }
        tracks[place].bytesAtStart = next.bytes
        try previous.finish(at: time)
    }

    private func copyBook(
        _ book: OrderBook, into writer: RecordingWriter, at time: Timestamp
    ) throws(MarketDataError) {
        let venueTime = book.venueTime ?? time
        let levels = [Side.buy, .sell].flatMap { side in
            book.levels(side, count: book.levelCount(side)).map { (side, $0) }
        }
        try writer.append(
            .book(
                BookChange(
                    instrument: book.instrument, kind: .clear, endsMessage: levels.isEmpty,
                    venueTime: venueTime, receiveTime: time)))
        for (index, (side, level)) in levels.enumerated() {
            try writer.append(
                .book(
                    BookChange(
                        instrument: book.instrument, kind: .level, side: side, price: level.price,
                        quantity: level.quantity, endsMessage: index == levels.count - 1,
                        venueTime: venueTime, receiveTime: time)))
        }
    }

    /// Takes the first name that is free: two recorders may begin in the same second.
    private func makeWriter(
        _ recorded: RecordedInstrument, at time: Timestamp
    ) throws(MarketDataError) -> RecordingWriter {
        let stem = folder + "/" + RecordingName.stem(recorded.instrument.symbol, time)
        let sidecar = RecordingSidecar(
            instrument: recorded.instrument, feeds: recorded.feeds, depth: recorded.depth,
            recorder: version, begun: time)
        for number in 1...Self.namesTried {
            let name = number == 1 ? stem : "\(stem)-\(number)"
            let isTaken = [".npy", ".json"].contains { unsafe access(name + $0, F_OK) == 0 }
            if !isTaken { return try RecordingWriter(name: name, sidecar: sidecar) }
        }
        throw MarketDataError(
            file: stem + ".npy",
            reason: "cannot be created: it and \(Self.namesTried - 1) more of its second are there")
    }

    /// More than anybody begins in one second; a size limit of a few rows may try.
    private static let namesTried = 1_000
}
