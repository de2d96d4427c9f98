internal import TradingModel

/// The rows of an event array in memory: all of a mapped file, or a window onto a stream.
@safe final class NpyRows {
    /// The rows at hand, not necessarily aligned.
    private(set) var base: UnsafeRawPointer
    private(set) var count: Int
    /// Whether the rows at hand are the last ones.
    private(set) var isLast: Bool
    /// What a reader should know about the array.
    private(set) var notes: [String] = []

    private let mapping: MappedFile?
    private let stream: (any ByteStream)?
    private let window: UnsafeMutableRawBufferPointer?
    private let path: String
    private var rowsToCome = 0
    private let promised: Int
    private let allowsCut: Bool

    private static let windowRows = 4096

    /// Maps the array that stands at `range` of the file.
    ///
    /// - Parameter allowsCut: whether a file that ends too early is read as far as it goes.
    init(_ file: OpenFile, range: Range<Int>, allowsCut: Bool) throws(MarketDataError) {
        path = file.path
        self.allowsCut = allowsCut
        let head = try file.bytes(
            at: range.lowerBound, count: min(range.count, NpyHeader.longest + 12))
        let header = try Self.header(head, path)
        let mapping = try MappedFile(file)
        self.mapping = mapping
        promised = header.rows
        stream = nil
        unsafe window = nil
        isLast = true
        unsafe base = mapping.base + range.lowerBound + header.dataOffset
        let bytes = range.count - header.dataOffset
        count = min(header.rows, bytes / NpyHeader.bytesPerRow)
        if count < header.rows { try checkCut(whole: count, promised: header.rows) }
        let behind = bytes - count * NpyHeader.bytesPerRow
        if behind > 0, count == header.rows { notes.append(Self.remark(bytesBehind: behind)) }
        if allowsCut { dropEmptyTail() }
    }

    /// What a writer that was stopped left behind the rows that its header counts.
    private static func remark(bytesBehind bytes: Int) -> String {
        let rows = bytes / NpyHeader.bytesPerRow
        let torn = bytes % NpyHeader.bytesPerRow
        let parts =
            (rows > 0 ? [grouped(rows, "whole row", "whole rows")] : [])
            + (torn > 0 ? ["\(grouped(torn, "byte", "bytes")) of a torn row"] : [])
        return parts.joined(separator: " and ") + " behind the last counted row "
            + was(rows + torn) + " left out"
    }

    /// A loss of power can leave a file that is long enough, with zeros where rows should be.
    private func dropEmptyTail() {
        let whole = count
        while count > 0,
            unsafe NpyRow(base + (count - 1) * NpyHeader.bytesPerRow).event == 0
        {
            count -= 1
        }
        guard count < whole else { return }
        notes.append(
            "\(grouped(whole - count, "empty row", "empty rows")) at its end "
                + "\(was(whole - count)) left out")
    }

    /// How much of the array has been read when the reader stands at row `at` of those at hand.
    func progress(at row: Int) -> Double {
        if let stream { return stream.progress }
        return count > 0 ? Double(row) / Double(count) : 1
    }

    /// Reads the array from a stream.
    init(_ stream: any ByteStream, path: String, allowsCut: Bool) throws(MarketDataError) {
        self.path = path
        self.allowsCut = allowsCut
        let start = try stream.head(12)
        let isLong = start.count == 12 && start[6] > 1
        let length = isLong ? start.little(8, bytes: 4) : start.little(8, bytes: 2) &- 2
        let rest = min(Int(clamping: length), NpyHeader.longest)
        let header = try Self.header(start + (try stream.head(rest)), path)
        promised = header.rows
        rowsToCome = header.rows
        mapping = nil
        self.stream = stream
        let window = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.windowRows * NpyHeader.bytesPerRow, alignment: 64)
        guard let start = window.baseAddress else {
            throw MarketDataError(file: path, reason: "out of memory")
        }
        unsafe self.window = window
        unsafe base = UnsafeRawPointer(start)
        count = 0
        isLast = false
        try refill(keepingFrom: 0)
    }

    deinit { unsafe window?.deallocate() }

    /// Moves the window on; afterwards the row that was number `row` in it is number 0.
    func refill(keepingFrom row: Int) throws(MarketDataError) {
        guard let stream, let window = unsafe window, !isLast else { return }
        let left = (count - row) * NpyHeader.bytesPerRow
        let kept = unsafe UnsafeRawBufferPointer(
            rebasing: window[(row * NpyHeader.bytesPerRow)..<(count * NpyHeader.bytesPerRow)])
        unsafe window.copyMemory(from: kept)
        let wanted = min(window.count - left, rowsToCome * NpyHeader.bytesPerRow)
        let target = unsafe UnsafeMutableRawBufferPointer(
            rebasing: window[left..<(left + wanted)])
        let filled = unsafe wanted == 0 ? 0 : try stream.fill(target)
        let rows = filled / NpyHeader.bytesPerRow
        count = left / NpyHeader.bytesPerRow + rows
        rowsToCome -= rows
        isLast = rowsToCome == 0 || filled < wanted
        if filled < wanted {
            try checkCut(whole: promised - rowsToCome, promised: promised)
        } else if isLast {
            try drain(stream)
        }
    }

    /// Reads to the end of the stream, where its checksum is compared.
    private func drain(_ stream: any ByteStream) throws(MarketDataError) {
        let behind = try stream.head(NpyHeader.bytesPerRow)
        if !behind.isEmpty { notes.append("bytes behind the last row were left out") }
    }

    private func checkCut(whole: Int, promised: Int) throws(MarketDataError) {
        let reason =
            "is cut off: \(grouped(whole, "whole row", "whole rows")) of the "
            + "\(grouped(promised)) that its header promises"
        guard allowsCut else { throw MarketDataError(file: path, reason: reason) }
        notes.append(reason)
    }

    private static func header(
        _ head: [UInt8], _ path: String
    ) throws(MarketDataError) -> NpyHeader {
        do throws(BadLine) {
            return try NpyHeader(head)
        } catch {
            throw MarketDataError(file: path, reason: error.reason)
        }
    }
}
