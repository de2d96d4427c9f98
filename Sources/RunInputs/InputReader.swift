internal import ByteCoding
internal import Glibc

/// Reads a recording from its beginning as far as it goes, a chunk at a time.
public struct InputReader {
    /// How a recording ends.
    public enum End: Hashable, Sendable {
        /// With the run, for this reason.
        case ended(reason: String)
        /// Before the run: nothing more could be written, for this reason.
        case brokenOff(reason: String)
        /// Behind a whole chunk: it is being written, or the process was killed.
        case open
        /// In the middle of a chunk: the process was killed, or the file was cut off.
        case cut(file: String, at: Int)
        /// What stands there was not written so.
        case damaged(file: String, at: Int, reason: String)
    }

    public let header: RecordingHeader
    private let folder: String
    private var file = 1
    private var bytes: [UInt8]
    private var place: Int
    private var chunkNumber = 1
    private var decoder: ItemDecoder
    /// Nil: it goes on.
    public private(set) var end: End?
    /// Whether all of the run was read, to its end.
    public var isWhole: Bool { if case .ended = end { true } else { false } }
    /// Bytes of whole chunks that were read.
    public private(set) var readBytes = 0

    /// Whether a folder has a recording.
    public static func exists(in folder: String) -> Bool {
        unsafe access(folder + "/" + InputWriter.name(ofFile: 1), F_OK) == 0
    }

    /// - Throws: ``RecordingProblem`` where there is no recording, or nothing of it can be read.
    public init(of folder: String) throws(RecordingProblem) {
        self.folder = folder
        let path = folder + "/" + InputWriter.name(ofFile: 1)
        do throws(Unreadable) {
            bytes = try Self.read(path)
            (header, place) = try Self.readHeader(bytes)
        } catch {
            throw RecordingProblem(description: "\(path): \(error.reason)")
        }
        readBytes = place
        decoder = ItemDecoder(header.instruments)
    }

    /// The items of the next chunk; nil: it has ended, see ``end``.
    public mutating func next() -> [RecordedItem]? {
        while end == nil {
            switch InputChunk.find(in: bytes, at: place, number: chunkNumber) {
            case .nothing: end = .open
            case .cut: end = .cut(file: path, at: place)
            case .damaged(let reason): damage(reason)
            case .chunk(let kind, let body, let next):
                do throws(Unreadable) {
                    let items = try read(kind, body)
                    readBytes += next - place
                    if kind != .turned { place = next }
                    chunkNumber += 1
                    if let items { return items }
                } catch {
                    damage(error.reason)
                }
            }
        }
        return nil
    }

    private var path: String { folder + "/" + InputWriter.name(ofFile: file) }

    private mutating func damage(_ reason: String) {
        end = .damaged(file: path, at: place, reason: reason)
    }

    private mutating func read(
        _ kind: InputChunk.Kind, _ body: ArraySlice<UInt8>
    ) throws(Unreadable) -> [RecordedItem]? {
        switch kind {
        case .items: return try decoder.items(in: body)
        case .end:
            end = .ended(reason: String(decoding: body, as: UTF8.self))
            return nil
        case .brokenOff:
            end = .brokenOff(reason: String(decoding: body, as: UTF8.self))
            return nil
        case .turned:
            try turn()
            return nil
        case .header: throw Unreadable("a header stands in the middle")
        }
    }

    /// Goes on to the next file; its first chunk is its header.
    private mutating func turn() throws(Unreadable) {
        file += 1
        guard unsafe access(path, F_OK) == 0 else {
            file -= 1
            throw Unreadable("\(InputWriter.name(ofFile: file + 1)), which follows, is not there")
        }
        let next = try Self.read(path)
        guard next.count > InputChunk.magic.count else {
            // A kill came between the two.
            (bytes, place, chunkNumber) = (next, 0, 0)
            end = .cut(file: path, at: 0)
            return
        }
        if case .cut = InputChunk.find(in: next, at: InputChunk.magic.count, number: 0) {
            (bytes, place, chunkNumber) = (next, 0, 0)
            end = .cut(file: path, at: 0)
            return
        }
        let (header, place) = try Self.readHeader(next)
        var expected = self.header
        expected.file = file
        guard header == expected else {
            throw Unreadable("the file that follows is of another run")
        }
        (bytes, self.place, chunkNumber) = (next, place, 0)
        decoder = ItemDecoder(header.instruments)
    }

    private static func readHeader(
        _ bytes: [UInt8]
    ) throws(Unreadable) -> (RecordingHeader, end: Int) {
        guard bytes.starts(with: InputChunk.magic) else {
            throw Unreadable("is not a recording of inputs")
        }
        switch InputChunk.find(in: bytes, at: InputChunk.magic.count, number: 0) {
        case .chunk(.header, let body, let end): return (try RecordingHeader(body), end)
        case .damaged(let reason): throw Unreadable(reason)
        case .chunk, .nothing, .cut: throw Unreadable("ends before its header does")
        }
    }

    private static func read(_ path: String) throws(Unreadable) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Unreadable(unsafe String(cString: strerror(errno))) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = unsafe Glibc.read(file, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Unreadable(unsafe String(cString: strerror(errno))) }
            if count == 0 { return bytes }
            bytes += part[..<count]
        }
    }
}

/// Why there is no recording that can be read, in words for the user.
public struct RecordingProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
    public init(description: String) { self.description = description }
}
