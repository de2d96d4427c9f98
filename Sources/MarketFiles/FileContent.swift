internal import TradingModel

/// A file that was recognised by what is in it, ready to be read from its start, again and again.
struct FileContent {
    enum Kind {
        /// An event array that can be mapped, at this place of the file.
        case npyFile(Range<Int>)
        case npyStream
        case text(TextLayout)
    }

    /// How the content is wrapped.
    private enum Wrapping {
        case none
        case gzip
        case zip(ZipDirectory.Entry, dataOffset: Int)
    }

    let path: String
    let kind: Kind
    private let file: OpenFile
    private let wrapping: Wrapping

    var isPacked: Bool { if case .none = wrapping { false } else { true } }

    /// - Throws: when the file cannot be read or is not understood.
    init(path: String) throws(MarketDataError) {
        let file = try OpenFile(reading: path)
        let magic = try file.bytes(at: 0, count: 16)
        let wrapping: Wrapping
        if magic.starts(with: [0x1F, 0x8B]) {
            wrapping = .gzip
        } else if magic.starts(with: [0x50, 0x4B]) {
            let entry = try Self.entry(of: file)
            wrapping = .zip(entry, dataOffset: try ZipDirectory.dataOffset(of: entry, in: file))
        } else {
            wrapping = .none
        }
        self.path = path
        self.file = file
        self.wrapping = wrapping
        let head = try Self.stream(file, wrapping).head(1 << 18)
        if head.starts(with: NpyHeader.magic) {
            kind = Self.mappable(file, wrapping).map(Kind.npyFile) ?? .npyStream
        } else {
            kind = .text(try Self.recognise(head, file, wrapping))
        }
    }

    /// The bytes from the start, unpacked.
    func stream() throws(MarketDataError) -> any ByteStream { try Self.stream(file, wrapping) }

    /// The rows of an event array.
    func rows(allowsCut: Bool) throws(MarketDataError) -> NpyRows {
        guard case .npyFile(let range) = kind else {
            return try NpyRows(try stream(), path: path, allowsCut: allowsCut)
        }
        return try NpyRows(file, range: range, allowsCut: allowsCut)
    }

    private static func stream(
        _ file: OpenFile, _ wrapping: Wrapping
    ) throws(MarketDataError) -> any ByteStream {
        switch wrapping {
        case .none: return SliceStream(file, offset: 0, count: file.size)
        case .gzip:
            return try InflateStream(
                SliceStream(file, offset: 0, count: file.size), path: file.path, wrapping: .gzip)
        case .zip(let entry, let offset):
            let packed = SliceStream(file, offset: offset, count: entry.packedSize)
            guard entry.isDeflated else { return packed }
            return try InflateStream(
                packed, path: file.path, wrapping: .zipEntry(crc: entry.crc, size: entry.size))
        }
    }

    private static func mappable(_ file: OpenFile, _ wrapping: Wrapping) -> Range<Int>? {
        switch wrapping {
        case .none: 0..<file.size
        case .zip(let entry, let offset) where !entry.isDeflated:
            offset..<(offset + entry.packedSize)
        case .gzip, .zip: nil
        }
    }

    /// `data.npy` of an `.npz`, or the only file of a zip.
    private static func entry(of file: OpenFile) throws(MarketDataError) -> ZipDirectory.Entry {
        let entries = try ZipDirectory(file).entries.filter { !$0.name.hasSuffix("/") }
        if let data = entries.first(where: { $0.name == "data.npy" }) { return data }
        if entries.count == 1 { return entries[0] }
        let names = entries.prefix(10).map { "`\($0.name)`" }.joined(separator: ", ")
        throw MarketDataError(
            file: file.path,
            reason: "is a zip of \(entries.count) files (\(names)), expected one file of market "
                + "data, or `data.npy` among them")
    }

    private static func recognise(
        _ head: [UInt8], _ file: OpenFile, _ wrapping: Wrapping
    ) throws(MarketDataError) -> TextLayout {
        if head.isEmpty {
            throw MarketDataError(file: file.path, reason: "is empty once unpacked")
        }
        if let binary = binaryKind(head) {
            throw MarketDataError(
                file: file.path, reason: "is \(binary); " + understoodFormats)
        }
        do throws(BadLine) {
            let layout = try TextLayout(head)
            // The one thing that the content cannot tell: Tardis gives both the same columns.
            if layout.holdsTrades, file.path.contains("liquidations") {
                throw BadLine(
                    reason: "holds liquidations by its name, which are not understood; rename it "
                        + "if these are trades")
            }
            return layout
        } catch {
            throw MarketDataError(file: file.path, line: 1, reason: error.reason)
        }
    }

    /// What kind of binary a file is; nil where it looks like text.
    private static func binaryKind(_ head: [UInt8]) -> String? {
        let known: [(magic: [UInt8], name: String)] = [
            (Array("PAR1".utf8), "a Parquet file"), (Array("ARROW1".utf8), "an Arrow file"),
            (Array("FEA1".utf8), "a Feather file"), ([0x89, 0x48, 0x44, 0x46], "an HDF5 file"),
            ([0x28, 0xB5, 0x2F, 0xFD], "packed with zstd"), ([0xFD, 0x37, 0x7A], "packed with xz"),
            (Array("BZh".utf8), "packed with bzip2"),
            ([0x04, 0x22, 0x4D, 0x18], "packed with lz4"),
            (Array("SQLite format 3".utf8), "an SQLite database"),
            ([0x1F, 0x8B], "packed with gzip twice"),
            ([0x50, 0x4B, 3, 4], "a zip in another file"),
        ]
        for (magic, name) in known where head.starts(with: magic) { return name }
        let strange = head.prefix(4096).count { $0 < 32 && ![9, 10, 13].contains($0) }
        guard strange > 0 else { return nil }
        let shown = head.prefix(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "a binary file of unknown kind (it begins with \(shown.joined(separator: " ")))"
    }
}
