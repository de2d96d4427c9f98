/// How much of a recording there may be.
public struct RecordingLimits: Hashable, Sendable {
    /// A file that has become so large is followed by another.
    public var fileBytes: Int
    /// The whole of one run's; then the recording ends, and the run goes on.
    public var mostBytes: Int
    /// Items that wait for the disk; beyond them the recording ends.
    public var mostWaiting: Int

    public init(
        fileBytes: Int = 64 << 20, mostBytes: Int = 5_000_000_000, mostWaiting: Int = 131_072
    ) {
        self.fileBytes = fileBytes
        self.mostBytes = mostBytes
        self.mostWaiting = mostWaiting
    }
}

/// Puts items into chunks and chunks into files, until the disk or the limits end it.
package struct InputWriter {
    private let folder: String
    private var header: RecordingHeader
    private let limits: RecordingLimits
    private let disk: any InputDisk
    private var encoder: ItemEncoder
    /// Of the file.
    private var length = 0
    /// Where its last whole chunk begins.
    private var lastChunk = 0
    private var chunkNumber = 0
    /// Of all files before.
    private var written = 0
    /// Why nothing more is written; nil: it goes on.
    package private(set) var end: String?
    /// Called before a file is begun.
    package var whenTurned: (() -> Void)?

    /// A chunk that has become so large is written, 64 KB.
    private static let chunkBytes = 65_536

    package static func name(ofFile number: Int) -> String {
        let digits = String(number)
        return "inputs-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ".mri"
    }

    /// - Throws: where not even the first file can be begun.
    package init(
        in folder: String, _ header: RecordingHeader, limits: RecordingLimits,
        disk: any InputDisk = SystemDisk()
    ) throws(DiskProblem) {
        self.folder = folder
        self.header = header
        self.limits = limits
        self.disk = disk
        encoder = ItemEncoder(header.instruments)
        try begin(file: 1)
    }

    package mutating func add(_ item: RecordedItem) {
        guard end == nil else { return }
        encoder.add(item)
        if encoder.byteCount >= Self.chunkBytes { flush() }
    }

    /// Writes what has come, so that a kill loses nothing of it.
    package mutating func flush() {
        guard end == nil, encoder.byteCount > 0 else { return }
        do throws(DiskProblem) {
            try append(.items, encoder.bytes)
            encoder.removeBytes()
        } catch {
            return fail(error)
        }
        if written + length >= limits.mostBytes {
            breakOff("it has become as large as the setting recording.size lets it")
        } else if length >= limits.fileBytes {
            turn()
        }
    }

    /// Writes the rest, and why the run ends.
    package mutating func finish(_ reason: String) { finish(reason, .end) }

    /// Writes the rest, and why nothing more of the run is recorded.
    package mutating func breakOff(_ reason: String) { finish(reason, .brokenOff) }

    private mutating func finish(_ reason: String, _ kind: InputChunk.Kind) {
        guard end == nil else { return }
        if encoder.byteCount > 0 {
            do throws(DiskProblem) {
                try append(.items, encoder.bytes)
                encoder.removeBytes()
            } catch {
                return fail(error)
            }
        }
        end = reason
        do throws(DiskProblem) {
            try append(kind, Array(reason.utf8))
            disk.close()
        } catch {
            fail(error)
        }
    }

    // MARK: - Files

    private mutating func begin(file number: Int) throws(DiskProblem) {
        header.file = number
        encoder = ItemEncoder(header.instruments)
        try disk.begin(folder + "/" + Self.name(ofFile: number))
        (length, lastChunk, chunkNumber) = (0, 0, 0)
        try write(InputChunk.magic)
        try append(.header, header.bytes)
    }

    private mutating func turn() {
        do throws(DiskProblem) {
            try append(.turned, [])
            written += length
            whenTurned?()
            try begin(file: header.file + 1)
        } catch {
            fail(error)
        }
    }

    private mutating func append(
        _ kind: InputChunk.Kind, _ payload: [UInt8]
    ) throws(DiskProblem) {
        let place = length
        try write(InputChunk.framed(kind, payload, number: chunkNumber))
        lastChunk = place
        chunkNumber += 1
    }

    private mutating func write(_ bytes: [UInt8]) throws(DiskProblem) {
        try disk.append(bytes)
        length += bytes.count
    }

    // MARK: - The end

    /// The file ends behind its last whole chunk, or where there is no room for that without it.
    private mutating func fail(_ problem: DiskProblem) {
        let reason = "\(problem)"
        end = reason
        guard chunkNumber > 0 else { return disk.close() }
        do throws(DiskProblem) {
            try disk.cut(at: length)
            try disk.append(InputChunk.framed(.brokenOff, Array(reason.utf8), number: chunkNumber))
            disk.close()
        } catch {
            guard chunkNumber > 1 else { return disk.close() }
            try? disk.cut(at: lastChunk)
            try? disk.append(
                InputChunk.framed(.brokenOff, Array(reason.utf8), number: chunkNumber - 1))
            disk.close()
        }
    }
}
