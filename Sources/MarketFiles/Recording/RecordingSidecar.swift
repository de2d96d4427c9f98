internal import Glibc
internal import PlainJSON
public import TradingModel

/// What a recording says about itself, in `NAME.json` beside `NAME.npy`.
///
/// Written when the recording begins, and again when it ends: in between the array's own header
/// says how many rows there are, so that a second file need not be kept in step with it.
public struct RecordingSidecar: Hashable, Sendable {
    /// How a recording ended.
    public struct Ending: Hashable, Sendable {
        public var at: Timestamp
        public var counts: RecordingCounts

        public init(at: Timestamp, counts: RecordingCounts) {
            self.at = at
            self.counts = counts
        }
    }

    /// Its id is the recorder's own: a reader gives it one of its run, see ``instrument(id:)``.
    public var instrument: Instrument
    /// What was asked for; of trades, quotes and book.
    public var feeds: [MarketFeed]
    /// How many levels a side the venue was asked for; nil: all that it has.
    public var depth: Int?
    /// The version of the program that recorded.
    public var recorder: String
    public var begun: Timestamp
    /// Nil while it is being recorded, and for ever when the recorder was killed.
    public var ending: Ending?

    public init(
        instrument: Instrument, feeds: [MarketFeed], depth: Int? = nil, recorder: String,
        begun: Timestamp, ending: Ending? = nil
    ) {
        self.instrument = instrument
        self.feeds = feeds
        self.depth = depth
        self.recorder = recorder
        self.begun = begun
        self.ending = ending
    }

    /// The instrument under the id that it has in a run, and under another symbol if one is given.
    public func instrument(id: InstrumentID, symbol: Symbol? = nil) -> Instrument {
        instrument.moved(to: id, symbol: symbol)
    }

    // MARK: - Files

    /// Where the sidecar of a data file stands: `a.json` for `a.npy`, `a.npz` and `a.npy.gz`.
    ///
    /// - Returns: nil for files that are no event arrays by their name, which have none.
    public static func path(beside data: String) -> String? {
        let plain = data.hasSuffix(".gz") ? data.dropLast(3) : Substring(data)
        guard plain.hasSuffix(".npy") || plain.hasSuffix(".npz") else { return nil }
        return plain.dropLast(4) + ".json"
    }

    /// The sidecar of a data file; nil where there is none.
    ///
    /// - Throws: when there is one that cannot be used: its file, the field and what to do.
    public static func find(beside data: String) throws(MarketDataError) -> RecordingSidecar? {
        guard let path = path(beside: data), unsafe access(path, F_OK) == 0 else { return nil }
        let file = try OpenFile(reading: path)
        guard file.size <= longest else {
            throw MarketDataError(
                file: path,
                reason: "has \(grouped(file.size)) bytes, too many for what a recording says about "
                    + "itself; move it away from \(data)")
        }
        let bytes = try file.bytes(at: 0, count: file.size)
        let json: JSON
        do throws(JSONError) { json = try JSON(parsing: bytes) } catch {
            throw MarketDataError(
                file: path,
                reason: "\(error); it stands beside \(data) and should say what was recorded: "
                    + "repair it, or move it away and name tick and lot yourself")
        }
        // Somebody else's JSON may stand there too: ours says so in its first member.
        guard json["format"]?.text == formatName else { return nil }
        do throws(BadLine) {
            return try RecordingSidecar(json)
        } catch {
            throw MarketDataError(file: path, reason: error.reason)
        }
    }

    /// Some hundred times what is ever written.
    private static let longest = 1 << 18
    static let formatName = "moonrunner-recording"

    /// Writes the sidecar whole or not at all: under another name first, which then takes its place.
    public func write(to path: String) throws(MarketDataError) {
        let draft = path + ".new"
        let bytes = json.page
        let descriptor = unsafe Glibc.open(
            draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw MarketDataError(file: draft, reason: "cannot be created: \(systemReason())")
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        // On the disk before it takes the name: a loss of power leaves the old one or the new one.
        let isThere = rest.isEmpty && fsync(descriptor) == 0
        let reason = systemReason()
        Glibc.close(descriptor)
        guard isThere else {
            unsafe unlink(draft)
            throw MarketDataError(file: draft, reason: "cannot be written: \(reason)")
        }
        guard unsafe rename(draft, path) == 0 else {
            throw MarketDataError(file: path, reason: "cannot be replaced: \(systemReason())")
        }
    }
}
