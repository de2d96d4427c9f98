internal import TradingModel

/// The rows of a JSON file as lines of text, made while it is read.
final class JsonRowStream: ByteStream {
    private let source: any ByteStream
    private let path: String
    private var rows = JsonRows()
    private var row = JsonRow()
    private var rowsRead = 0
    private var output: [UInt8] = []
    private var next = 0
    private var ended = false
    private var failure: MarketDataError?

    var progress: Double { source.progress }

    init(_ source: any ByteStream, path: String) {
        self.source = source
        self.path = path
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int {
        while next == output.count {
            if let failure { throw failure }
            if ended { return 0 }
            try fill()
        }
        let count = min(buffer.count, output.count - next)
        unsafe output.withUnsafeBytes { bytes in
            unsafe buffer.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[next..<(next + count)]))
        }
        next += count
        return count
    }

    private func fill() throws(MarketDataError) {
        output.removeAll(keepingCapacity: true)
        next = 0
        let piece = try source.head(1 << 16)
        ended = piece.isEmpty
        do throws(BadLine) {
            if ended { return try rows.end() }
            try rows.read(piece.span) { found in
                rowsRead += 1
                row.write(found, to: &output)
            }
        } catch {
            ended = true
            // What stands before the failure is handed out first.
            failure = MarketDataError(file: path, line: rowsRead + 1, reason: error.reason)
        }
    }

    /// The lines that the start of a JSON text gives, and whether the first names the columns.
    static func lines(_ head: [UInt8]) throws(BadLine) -> (lines: [[UInt8]], hasHeader: Bool) {
        var rows = JsonRows()
        var row = JsonRow()
        var output: [UInt8] = []
        try rows.read(head.span) { row.write($0, to: &output) }
        let lines = output.split(separator: 10, omittingEmptySubsequences: false).map { Array($0) }
        return (Array(lines.dropLast()), row.hasHeader)
    }
}
