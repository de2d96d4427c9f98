internal import TradingModel

/// The table of contents at the end of a zip file, zip64 included.
///
/// Source: PKWARE's APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12 to 4.3.16 and 4.5.3.
struct ZipDirectory {
    struct Entry: Equatable {
        var name: String
        var isDeflated: Bool
        /// Why it cannot be read; nil where it can.
        var fault: String?
        var crc: UInt32
        var packedSize: Int
        var size: Int
        /// Where the local header of the entry stands in the file.
        var headerOffset: Int
    }

    let entries: [Entry]

    /// - Throws: when the file is cut or damaged.
    init(_ file: OpenFile) throws(MarketDataError) {
        let tailStart = max(0, file.size - 65_557)  // the longest comment and the record itself
        let tail = try file.bytes(at: tailStart, count: file.size - tailStart)
        guard let end = Self.lastRecord(in: tail) else {
            throw MarketDataError(
                file: file.path, reason: "is cut off: a zip file without its table of contents")
        }
        var count = Int(tail.little(end + 10, bytes: 2))
        var length = Int(tail.little(end + 12, bytes: 4))
        var offset = Int(tail.little(end + 16, bytes: 4))
        if count == 0xFFFF || length == 0xFFFF_FFFF || offset == 0xFFFF_FFFF, end >= 20,
            tail.little(end - 20, bytes: 4) == 0x0706_4B50
        {
            let large = try file.bytes(
                at: Int(clamping: tail.little(end - 12, bytes: 8)), count: 56)
            guard large.count == 56, large.little(0, bytes: 4) == 0x0606_4B50 else {
                throw Self.damaged(file)
            }
            count = Int(clamping: large.little(32, bytes: 8))
            length = Int(clamping: large.little(40, bytes: 8))
            offset = Int(clamping: large.little(48, bytes: 8))
        }
        guard count <= 65_536, length <= 1 << 26, offset <= file.size - length else {
            throw Self.damaged(file)
        }
        let table = try file.bytes(at: offset, count: length)
        entries = try Self.parse(table, count: count, file)
    }

    private static func lastRecord(in tail: [UInt8]) -> Int? {
        var at = tail.count - 22
        while at >= 0 {
            if tail.little(at, bytes: 4) == 0x0605_4B50 { return at }
            at -= 1
        }
        return nil
    }

    private static func parse(
        _ table: [UInt8], count: Int, _ file: OpenFile
    ) throws(MarketDataError) -> [Entry] {
        var entries: [Entry] = []
        var at = 0
        for _ in 0..<count {
            guard at + 46 <= table.count, table.little(at, bytes: 4) == 0x0201_4B50 else {
                throw damaged(file)
            }
            let nameEnd = at + 46 + Int(table.little(at + 28, bytes: 2))
            let extraEnd = nameEnd + Int(table.little(at + 30, bytes: 2))
            guard extraEnd <= table.count else { throw damaged(file) }
            let name = String(decoding: table[(at + 46)..<nameEnd], as: UTF8.self)
            let method = table.little(at + 10, bytes: 2)
            let isEncrypted = table.little(at + 8, bytes: 2) & 1 == 1
            var sizes = [
                table.little(at + 24, bytes: 4), table.little(at + 20, bytes: 4),
                table.little(at + 42, bytes: 4),
            ]
            widen(&sizes, with: table, nameEnd..<extraEnd)
            entries.append(
                Entry(
                    name: name, isDeflated: method == 8,
                    fault: fault(isEncrypted: isEncrypted, method: method),
                    crc: UInt32(table.little(at + 16, bytes: 4)),
                    packedSize: Int(clamping: sizes[1]), size: Int(clamping: sizes[0]),
                    headerOffset: Int(clamping: sizes[2])))
            at = extraEnd + Int(table.little(at + 32, bytes: 2))
        }
        return entries
    }

    private static func fault(isEncrypted: Bool, method: UInt64) -> String? {
        if isEncrypted { return "encrypted: unpack it with its password, and name what comes out" }
        guard method != 0, method != 8 else { return nil }
        return "packed by method \(method), expected stored or deflated: unpack it, and name what "
            + "comes out"
    }

    /// Replaces the sizes that did not fit 32 bits by those in the zip64 extra field.
    private static func widen(_ sizes: inout [UInt64], with table: [UInt8], _ extra: Range<Int>) {
        var at = extra.lowerBound
        while at + 4 <= extra.upperBound {
            let length = Int(table.little(at + 2, bytes: 2))
            let end = min(at + 4 + length, extra.upperBound)
            if table.little(at, bytes: 2) == 1 {
                var field = at + 4
                for index in sizes.indices where sizes[index] == 0xFFFF_FFFF && field + 8 <= end {
                    sizes[index] = table.little(field, bytes: 8)
                    field += 8
                }
            }
            at = end
        }
    }

    /// Where the entry's data starts in the file.
    static func dataOffset(of entry: Entry, in file: OpenFile) throws(MarketDataError) -> Int {
        let header = try file.bytes(at: entry.headerOffset, count: 30)
        guard header.count == 30, header.little(0, bytes: 4) == 0x0403_4B50 else {
            throw damaged(file)
        }
        let names = Int(header.little(26, bytes: 2)) + Int(header.little(28, bytes: 2))
        let offset = entry.headerOffset + 30 + names
        guard entry.packedSize <= file.size, offset <= file.size - entry.packedSize else {
            throw damaged(file)
        }
        return offset
    }

    private static func damaged(_ file: OpenFile) -> MarketDataError {
        MarketDataError(file: file.path, reason: "is damaged: its zip table of contents is wrong")
    }
}

extension [UInt8] {
    /// The little-endian number of `bytes` bytes at `offset`; 0 where there are no such bytes.
    func little(_ offset: Int, bytes: Int) -> UInt64 {
        guard offset >= 0, offset + bytes <= count else { return 0 }
        var value: UInt64 = 0
        for index in (0..<bytes).reversed() { value = value << 8 | UInt64(self[offset + index]) }
        return value
    }
}
