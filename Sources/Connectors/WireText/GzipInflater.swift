internal import CZlib

/// Why a frame is no gzip message of the venue.
package struct BadCompression: Error, Equatable, CustomStringConvertible {
    package let reason: String
    package var description: String { "the frame cannot be unpacked: \(reason)" }
}

/// Unpacks frames that are each one gzip member; keeps its state and buffer from frame to frame.
@safe package final class GzipInflater {
    /// The largest message: all markets' states, the longest by far, take less than a tenth of it.
    private static let largest = 16 << 20  // bytes
    private static let smallest = 1 << 16  // bytes

    // zlib keeps a pointer to its state's owner, so this must not move.
    private let zlib: UnsafeMutablePointer<z_stream>
    private var buffer: UnsafeMutableBufferPointer<UInt8>

    package init() {
        unsafe zlib = .allocate(capacity: 1)
        unsafe zlib.initialize(to: z_stream())
        unsafe buffer = .allocate(capacity: Self.smallest)
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        let code = unsafe inflateInit2_(zlib, 15 + 16, ZLIB_VERSION, size)  // gzip, nothing else
        precondition(code == Z_OK, "zlib does not start: out of memory")
    }

    deinit {
        unsafe inflateEnd(zlib)
        unsafe zlib.deallocate()
        unsafe buffer.deallocate()
    }

    /// Calls `body` with what `frame` unpacks to; the bytes are valid within the call.
    package func withUnpacked<Result>(
        _ frame: Span<UInt8>, _ body: (Span<UInt8>) -> Result
    ) throws(BadCompression) -> Result {
        let count = try unpack(frame)
        let unpacked = unsafe UnsafeBufferPointer(rebasing: buffer[..<count])
        return body(unsafe Span(_unsafeElements: unpacked))
    }

    private func unpack(_ frame: Span<UInt8>) throws(BadCompression) -> Int {
        unsafe inflateReset(zlib)
        var filled = 0
        let code = try unsafe frame.withUnsafeBufferPointer { bytes throws(BadCompression) in
            unsafe zlib.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
            unsafe zlib.pointee.avail_in = UInt32(clamping: bytes.count)
            while true {
                unsafe zlib.pointee.next_out = buffer.baseAddress?.advanced(by: filled)
                unsafe zlib.pointee.avail_out = UInt32(buffer.count - filled)
                let code = unsafe inflate(zlib, Z_NO_FLUSH)
                filled = unsafe buffer.count - Int(zlib.pointee.avail_out)
                guard code == Z_OK, unsafe filled == buffer.count else { return code }
                try grow()
            }
        }
        let left = unsafe zlib.pointee.avail_in
        unsafe zlib.pointee.next_in = nil
        switch code {
        case Z_STREAM_END where left == 0: return filled
        case Z_STREAM_END: throw BadCompression(reason: "\(left) bytes stand behind its end")
        case Z_OK, Z_BUF_ERROR: throw BadCompression(reason: "it is cut off")
        default:
            let reason = unsafe zlib.pointee.msg.map { unsafe String(cString: $0) }
            throw BadCompression(reason: reason ?? "zlib says \(code)")
        }
    }

    private func grow() throws(BadCompression) {
        guard unsafe buffer.count < Self.largest else {
            throw BadCompression(reason: "it unpacks to more than \(Self.largest) bytes")
        }
        let larger = unsafe UnsafeMutableBufferPointer<UInt8>.allocate(capacity: buffer.count * 2)
        _ = unsafe larger.update(fromContentsOf: buffer)
        unsafe buffer.deallocate()
        unsafe buffer = larger
    }
}
