internal import Glibc
internal import TradingModel

/// Splits a stream of bytes into lines.
@safe final class LineReader {
    /// No line of market data is longer; a file without line ends is not a text.
    private static let longestLine = 1 << 24

    private let stream: any ByteStream
    private let path: String
    private var buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    private var ended = false
    /// The number of the line that ``next()`` returned last, counted from 1.
    private(set) var lineNumber = 0

    init(_ stream: any ByteStream, path: String) {
        self.stream = stream
        self.path = path
        unsafe buffer = .allocate(byteCount: 1 << 17, alignment: 16)
    }

    deinit { unsafe buffer.deallocate() }

    /// The next line without its end, valid until the next call; nil at the end of the file.
    func next() throws(MarketDataError) -> UnsafeBufferPointer<UInt8>? {
        var searched = start
        while true {
            if searched < end {
                let from = unsafe buffer.baseAddress.map { unsafe $0 + searched }
                if let from = unsafe from, let found = unsafe memchr(from, 10, end - searched) {
                    let length = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(from)
                    return unsafe cut(until: searched + length, skipping: 1)
                }
            }
            searched = end
            if ended { return unsafe start < end ? cut(until: end, skipping: 0) : nil }
            let consumed = start
            try refill()
            searched -= consumed
        }
    }

    private func cut(until stop: Int, skipping lineEnd: Int) -> UnsafeBufferPointer<UInt8> {
        lineNumber += 1
        if lineNumber == 1 { skipMark(until: stop) }
        var length = stop - start
        if unsafe length > 0 && buffer[stop - 1] == UInt8(ascii: "\r") { length -= 1 }
        let line = unsafe UnsafeRawBufferPointer(rebasing: buffer[start..<(start + length)])
        start = stop + lineEnd
        return unsafe line.bindMemory(to: UInt8.self)
    }

    /// Leaves out the byte order mark that some tools put in front of UTF-8.
    private func skipMark(until stop: Int) {
        guard stop - start >= 3, unsafe buffer[start] == 0xEF, unsafe buffer[start + 1] == 0xBB,
            unsafe buffer[start + 2] == 0xBF
        else { return }
        start += 3
    }

    /// Moves what is left to the front and reads more behind it.
    private func refill() throws(MarketDataError) {
        let left = end - start
        guard left < Self.longestLine else {
            throw MarketDataError(
                file: path, line: lineNumber + 1, reason: "is longer than 16 MB: this is not a text"
            )
        }
        if let base = unsafe buffer.baseAddress {
            unsafe memmove(base, base + start, left)
        }
        start = 0
        end = left
        if unsafe left == buffer.count {
            let larger = unsafe UnsafeMutableRawBufferPointer.allocate(
                byteCount: buffer.count * 2, alignment: 16)
            unsafe larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
            unsafe buffer.deallocate()
            unsafe buffer = larger
        }
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[end...])
        let count = unsafe try stream.read(into: rest)
        ended = count == 0
        end += count
    }
}
