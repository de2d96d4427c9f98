internal import CZlib
internal import TradingModel

/// Unpacks gzip (of any number of members) or bare deflate data while it is read.
///
/// Both check what they unpack: a damaged or cut file is an error, never fewer events.
@safe final class InflateStream: ByteStream {
    enum Wrapping {
        /// gzip members, one behind another, each with its own checksum.
        case gzip
        /// Deflate as a zip entry holds it, with the checksum and size of its directory.
        case zipEntry(crc: UInt32, size: Int)
    }

    private let source: any ByteStream
    var progress: Double { source.progress }
    private let path: String
    private let wrapping: Wrapping
    // zlib keeps a pointer to its state's owner, so this must not move.
    private let zlib: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    private var inputEnded = false
    private var finished = false
    private var memberOpen = false
    private var membersRead = 0
    private var bytesRead = 0
    private var bytesUnpacked = 0
    private var checksum: UInt = 0
    /// What zlib may still write in this call of ``read(into:)``.
    private var room = 0
    private var failure: MarketDataError?

    init(_ source: any ByteStream, path: String, wrapping: Wrapping) throws(MarketDataError) {
        self.source = source
        self.path = path
        self.wrapping = wrapping
        unsafe zlib = .allocate(capacity: 1)
        unsafe zlib.initialize(to: z_stream())
        unsafe input = .allocate(byteCount: 1 << 16, alignment: 16)
        let windowBits: Int32 =
            switch wrapping {
            case .gzip: 15 + 16
            case .zipEntry: -15
            }
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        guard unsafe inflateInit2_(zlib, windowBits, ZLIB_VERSION, size) == Z_OK else {
            throw MarketDataError(file: path, reason: "cannot be unpacked: out of memory")
        }
    }

    deinit {
        unsafe inflateEnd(zlib)
        unsafe zlib.deallocate()
        unsafe input.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int {
        unsafe zlib.pointee.next_out = buffer.bindMemory(to: UInt8.self).baseAddress
        unsafe zlib.pointee.avail_out = UInt32(clamping: buffer.count)
        room = unsafe Int(zlib.pointee.avail_out)
        while !finished, failure == nil, pending == 0 {
            do throws(MarketDataError) { try step() } catch { failure = error }
        }
        let count = pending
        bytesUnpacked += count
        room -= count
        // What was unpacked before the failure is handed out first.
        if count == 0, let failure { throw failure }
        if case .zipEntry(let crc, let size) = wrapping {
            unsafe checksum = crc32(
                checksum, buffer.bindMemory(to: UInt8.self).baseAddress, UInt32(count))
            if finished, bytesUnpacked != size || UInt32(truncatingIfNeeded: checksum) != crc {
                throw MarketDataError(
                    file: path, reason: "is damaged: the checksum of the packed data is wrong")
            }
        }
        return count
    }

    /// How much was written in this call.
    private var pending: Int { unsafe room - Int(zlib.pointee.avail_out) }

    /// Feeds zlib once: either it puts out something, takes in something, or the stream ends.
    private func step() throws(MarketDataError) {
        if unsafe zlib.pointee.avail_in == 0, !inputEnded { try refill() }
        if !memberOpen {
            guard unsafe zlib.pointee.avail_in > 0 else {
                finished = true
                return
            }
            if membersRead > 0, unsafe zlib.pointee.next_in.pointee == 0 {
                unsafe zlib.pointee.next_in += 1  // some tools pad with zeros
                unsafe zlib.pointee.avail_in -= 1
                return
            }
            memberOpen = true
        }
        switch unsafe inflate(zlib, Z_NO_FLUSH) {
        case Z_OK: break
        case Z_STREAM_END: try endMember()
        case Z_BUF_ERROR where inputEnded:
            throw MarketDataError(
                file: path,
                reason: "is cut off: the packed data ends in the middle, \(grouped(bytesRead)) "
                    + "packed bytes gave \(grouped(bytesUnpacked + pending)); fetch the file again")
        case Z_BUF_ERROR: break
        default:
            let reason = unsafe zlib.pointee.msg.map { unsafe String(cString: $0) } ?? "unknown"
            throw MarketDataError(
                file: path,
                reason: "is damaged: unpacking failed near byte \(grouped(bytesRead)) of the file, "
                    + "\(grouped(bytesUnpacked + pending)) unpacked (\(reason))")
        }
    }

    private func endMember() throws(MarketDataError) {
        memberOpen = false
        membersRead += 1
        switch wrapping {
        case .gzip: unsafe inflateReset(zlib)
        case .zipEntry: finished = true
        }
    }

    private func refill() throws(MarketDataError) {
        let count = unsafe try source.read(into: input)
        inputEnded = count == 0
        bytesRead += count
        unsafe zlib.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
        unsafe zlib.pointee.avail_in = UInt32(count)
    }
}
