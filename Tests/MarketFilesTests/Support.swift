import CZlib
import Glibc
import MarketFiles
import PropertyTesting
import Testing
import TradingModel

/// Where the recorded market data lies, beside the package; tests that need it are skipped without.
enum RecordedData {
    static let root = SharedFolder.path("data")
    static var isThere: Bool { SharedFolder.holds("data/README.md") }
    static let comment: Comment = "the recorded market data (../shared/data) is not here"

    static func path(_ name: String) -> String { "\(root)/\(name)" }
}

/// A folder of its own for one test, removed with its files at the end.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/market-files-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer -> String? in
            guard let base = buffer.baseAddress, let name = unsafe mkdtemp(base) else { return nil }
            return unsafe String(cString: name)
        }
        path = try #require(made)
    }

    deinit {
        for name in names { unsafe unlink("\(path)/\(name)") }
        unsafe rmdir(path)
    }

    /// The path of a file in the folder, which will be removed too.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The files in the folder, in the order of their names.
    var names: [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = file(name)
        unsafe unlink(path)  // shortening an old file in place would wait for the disk
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let written = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
        try #require(written == bytes.count)
        return path
    }

    func write(_ name: String, _ text: String) throws -> String {
        try write(name, Array(text.utf8))
    }
}

func readFile(_ path: String) throws -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = unsafe chunk.withUnsafeMutableBytes {
            unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
        }
        if count <= 0 { return bytes }
        bytes += chunk[..<count]
    }
}

/// Packs `bytes` as one gzip member, or as bare deflate data for a zip.
func packed(_ bytes: [UInt8], windowBits: Int32 = 31) -> [UInt8] {
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    unsafe deflateInit2_(
        &stream, 6, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
    var input = bytes
    var output = [UInt8](repeating: 0, count: bytes.count + 1024)
    let count = unsafe input.withUnsafeMutableBufferPointer { source in
        unsafe output.withUnsafeMutableBufferPointer { target in
            unsafe stream.next_in = source.baseAddress
            unsafe stream.avail_in = UInt32(source.count)
            unsafe stream.next_out = target.baseAddress
            unsafe stream.avail_out = UInt32(target.count)
            unsafe deflate(&stream, Z_FINISH)
            return unsafe target.count - Int(stream.avail_out)
        }
    }
    unsafe deflateEnd(&stream)
    return Array(output[..<count])
}

func instrument(tick: String = "0.01", lot: String = "0.00001") throws -> Instrument {
    Instrument(
        id: InstrumentID(3), symbol: try Symbol("sim:BTC/USDT"), tick: try Price(tick),
        lot: try Quantity(lot))
}

/// Reads a source to its end, in batches of a size that fits nothing.
func drain(
    _ source: any MarketEventSource, batch size: Int = 77, _ body: (MarketEvent) throws -> Void
) throws {
    let batch = EventBatch(capacity: size)
    while true {
        batch.removeAll()
        try source.read(into: batch)
        if batch.isEmpty { return }
        for index in 0..<batch.count { try body(batch[index]) }
    }
}

func events(of source: any MarketEventSource) throws -> [MarketEvent] {
    var events: [MarketEvent] = []
    try drain(source) { events.append($0) }
    return events
}

func events(
    _ path: String, _ instrument: Instrument? = nil, options: MarketFileOptions = .init()
) throws -> [MarketEvent] {
    let chosen = try instrument ?? MarketFilesTests.instrument()
    return try events(of: try MarketFile.open(path: path, instrument: chosen, options: options))
}

/// What opening and reading the file says is wrong with it.
func failure(_ path: String, options: MarketFileOptions = .init()) throws -> MarketDataError {
    do {
        _ = try events(path, options: options)
    } catch let error as MarketDataError {
        return error
    }
    Issue.record("\(path) was read without an error")
    return MarketDataError(file: path, reason: "")
}

/// SplitMix64: the same numbers from the same seed, everywhere.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
