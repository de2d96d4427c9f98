internal import CZlib

/// One gzip member (RFC 1952) that holds `bytes`.
package func gzipped(_ bytes: [UInt8]) -> [UInt8] {
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    let gzipWindow: Int32 = 15 + 16
    let opened = unsafe deflateInit2_(
        &stream, Z_BEST_SPEED, Z_DEFLATED, gzipWindow, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
    precondition(opened == Z_OK, "zlib has no memory")
    defer { unsafe deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: Int(unsafe deflateBound(&stream, UInt(bytes.count))))
    let count = unsafe input.withUnsafeMutableBufferPointer { source in
        unsafe output.withUnsafeMutableBufferPointer { target in
            unsafe stream.next_in = source.baseAddress
            unsafe stream.avail_in = UInt32(source.count)
            unsafe stream.next_out = target.baseAddress
            unsafe stream.avail_out = UInt32(target.count)
            let ended = unsafe deflate(&stream, Z_FINISH)
            precondition(ended == Z_STREAM_END, "the bound holds any input")
            return unsafe target.count - Int(stream.avail_out)
        }
    }
    return Array(output[..<count])
}

/// CRC-32 as IEEE 802.3 and zlib have it.
package func crc32(of bytes: [UInt8]) -> UInt32 {
    let sum = unsafe bytes.withUnsafeBufferPointer {
        unsafe CZlib.crc32(0, $0.baseAddress, UInt32($0.count))
    }
    return UInt32(truncatingIfNeeded: sum)
}
