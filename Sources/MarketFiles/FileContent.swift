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

    private static let headSize = 1 << 18

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
            let entry = try ZipChoice.entry(of: file)
            wrapping = .zip(entry, dataOffset: try ZipDirectory.dataOffset(of: entry, in: file))
        } else {
            wrapping = .none
        }
        self.path = path
        self.file = file
        self.wrapping = wrapping
        let head = try Self.stream(file, wrapping).head(Self.headSize)
        if head.starts(with: NpyHeader.magic) {
            kind = Self.mappable(file, wrapping).map(Kind.npyFile) ?? .npyStream
        } else {
            kind = .text(try Self.recognise(head, file, wrapping))
        }
    }

    /// The bytes from the start, unpacked; of JSON its rows as lines.
    func stream() throws(MarketDataError) -> any ByteStream {
        let bytes = try Self.stream(file, wrapping)
        guard case .text(let layout) = kind, layout.isJson else { return bytes }
        return JsonRowStream(bytes, path: path)
    }

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

    private static func recognise(
        _ head: [UInt8], _ file: OpenFile, _ wrapping: Wrapping
    ) throws(MarketDataError) -> TextLayout {
        if head.isEmpty {
            throw MarketDataError(file: file.path, reason: "is empty once unpacked")
        }
        if let refusal = FileMagic.refusal(head, path: file.path) {
            throw MarketDataError(file: file.path, reason: refusal)
        }
        do throws(BadLine) {
            let layout = try TextLayout(head, isWhole: head.count < headSize)
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
}
