internal import TradingModel

/// Bytes in order, unpacked where they are packed.
protocol ByteStream: AnyObject {
    /// Fills the start of `buffer`, which is not empty; 0 means that the stream has ended.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int
    /// How much of what it reads from has been read, 0 to 1.
    var progress: Double { get }
}

/// A part of a file as it is.
final class SliceStream: ByteStream {
    private let file: OpenFile
    private var offset: Int
    private let start: Int
    private let end: Int

    var progress: Double { end > start ? Double(offset - start) / Double(end - start) : 1 }

    init(_ file: OpenFile, offset: Int, count: Int) {
        self.file = file
        self.offset = offset
        start = offset
        end = offset + count
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int {
        let wanted = min(buffer.count, end - offset)
        guard wanted > 0 else { return 0 }
        let target = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
        let count = unsafe try file.read(at: offset, into: target)
        offset += count
        return count
    }
}

extension ByteStream {
    /// Reads until `buffer` is full or the stream ends.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = unsafe try read(into: rest)
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Up to `count` bytes from the start of the stream.
    func head(_ count: Int) throws(MarketDataError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        defer { unsafe buffer.deallocate() }
        let filled = unsafe try fill(buffer)
        return unsafe [UInt8](buffer.prefix(filled))
    }
}
