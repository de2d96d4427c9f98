internal import CZlib
internal import NIOCore
internal import VenueSessions

/// What was agreed on for compressed messages.
///
/// Source: RFC 7692.
struct Deflate: Hashable, Sendable {
    /// Whether each message starts with an empty window.
    let forgetsBetweenMessages: Bool

    /// What we offer.
    ///
    /// Our own messages go uncompressed, so what holds for them is all the same.
    static let offer = "permessage-deflate; client_no_context_takeover"

    /// Reads what the server chose of the offer; nil: no compression.
    ///
    /// - Throws: ``TransportProblem`` when it chose what was not offered.
    static func agreed(in headers: [String]) throws(TransportProblem) -> Deflate? {
        let extensions = headers.flatMap { $0.split(separator: ",") }
        guard let chosen = extensions.first else { return nil }
        let parts = chosen.split(separator: ";").map { trimmed($0) }
        guard extensions.count == 1, parts.first == "permessage-deflate" else { throw unoffered }
        var seen: Set<String> = []
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1).map { trimmed($0) }
            guard let name = pair.first, seen.insert(name).inserted else { throw unoffered }
            switch (name, pair.count) {
            case ("server_no_context_takeover", 1), ("client_no_context_takeover", 1): break
            case ("server_max_window_bits", 2):
                // A smaller window needs nothing of us: ours is the largest.
                let bits = Int(pair[1].filter { $0 != "\"" })
                guard let bits, 8...15 ~= bits else { throw unoffered }
            default: throw unoffered
            }
        }
        return Deflate(forgetsBetweenMessages: seen.contains("server_no_context_takeover"))
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()).lowercased()
    }

    private static var unoffered: TransportProblem {
        TransportProblem(
            .other, "the venue answers with a WebSocket extension that was not offered")
    }
}

/// Unpacks the messages of one socket, whose window may go on from message to message.
@safe final class MessageInflater {
    private static let smallest = 1 << 16  // bytes
    /// A compressed message goes without these last bytes of a flush.
    private static let tail: [UInt8] = [0, 0, 0xff, 0xff]

    private let forgetsBetweenMessages: Bool
    private let limit: Int
    // zlib keeps a pointer to its state's owner, so this must not move.
    private let zlib: UnsafeMutablePointer<z_stream>
    private var buffer: UnsafeMutableBufferPointer<UInt8>
    private var filled = 0

    init(_ deflate: Deflate, limit: Int = NetworkSettings.Limit.message) {
        forgetsBetweenMessages = deflate.forgetsBetweenMessages
        self.limit = limit
        unsafe zlib = .allocate(capacity: 1)
        unsafe zlib.initialize(to: z_stream())
        unsafe buffer = .allocate(capacity: Self.smallest)
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        let code = unsafe inflateInit2_(zlib, -15, ZLIB_VERSION, size)  // bare deflate
        precondition(code == Z_OK, "zlib does not start: out of memory")
    }

    deinit {
        unsafe inflateEnd(zlib)
        unsafe zlib.deallocate()
        unsafe buffer.deallocate()
    }

    /// Calls `body` with what the message unpacks to; the bytes are valid within the call.
    ///
    /// - Throws: ``TransportProblem`` when it is broken or too long; the socket can only be closed.
    func withUnpacked(
        _ message: ByteBuffer, _ body: (Span<UInt8>) -> Void
    ) throws(TransportProblem) {
        if forgetsBetweenMessages { unsafe inflateReset(zlib) }
        filled = 0
        try unpack(message)
        try unpack(ByteBuffer(bytes: Self.tail))
        guard filled <= limit else { throw tooLong }
        let unpacked = unsafe UnsafeBufferPointer(rebasing: buffer[..<filled])
        body(unsafe Span(_unsafeElements: unpacked))
    }

    private func unpack(_ input: ByteBuffer) throws(TransportProblem) {
        var problem: TransportProblem?
        unsafe input.withUnsafeReadableBytes { bytes in
            let start = unsafe bytes.bindMemory(to: UInt8.self).baseAddress
            unsafe zlib.pointee.next_in = UnsafeMutablePointer(mutating: start)
            unsafe zlib.pointee.avail_in = UInt32(clamping: bytes.count)
            problem = inflateAll()
            unsafe zlib.pointee.next_in = nil
        }
        if let problem { throw problem }
    }

    /// Unpacks until nothing is left of the input and nothing waits in zlib.
    private func inflateAll() -> TransportProblem? {
        while true {
            unsafe zlib.pointee.next_out = buffer.baseAddress?.advanced(by: filled)
            unsafe zlib.pointee.avail_out = UInt32(buffer.count - filled)
            let code = unsafe inflate(zlib, Z_SYNC_FLUSH)
            filled = unsafe buffer.count - Int(zlib.pointee.avail_out)
            let isFull = unsafe zlib.pointee.avail_out == 0
            switch code {
            case Z_STREAM_END:
                // A sender may end its stream with a message: the next block begins a new one.
                unsafe inflateReset(zlib)
                if unsafe zlib.pointee.avail_in == 0 { return nil }
            case Z_OK where !isFull, Z_BUF_ERROR where !isFull:
                if unsafe zlib.pointee.avail_in == 0 { return nil }
            case Z_OK, Z_BUF_ERROR: break
            default:
                let reason = unsafe zlib.pointee.msg.map { unsafe String(cString: $0) }
                return TransportProblem(
                    .other, "a compressed message is broken: \(reason ?? "zlib says \(code)")")
            }
            if isFull {
                guard filled <= limit else { return tooLong }
                grow()
            }
        }
    }

    private var tooLong: TransportProblem {
        TransportProblem(.other, "a message unpacks to more than \(limit) bytes")
    }

    private func grow() {
        let larger = unsafe UnsafeMutableBufferPointer<UInt8>.allocate(capacity: buffer.count * 2)
        _ = unsafe larger.update(fromContentsOf: buffer)
        unsafe buffer.deallocate()
        unsafe buffer = larger
    }
}
