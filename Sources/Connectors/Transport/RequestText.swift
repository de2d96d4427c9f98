internal import NIOCore
internal import VenueSessions

/// A request as it goes on the wire.
enum RequestText {
    /// - Throws: ``TransportProblem`` for a call that another than the signed one would come of.
    static func check(_ call: HTTPCall) throws(TransportProblem) {
        guard Endpoint.canBeSent(call.path) else {
            throw TransportProblem(.other, "the request's path cannot be sent as it was signed")
        }
        let isToken = call.method.utf8.allSatisfy { (65...90).contains($0) }
        let areHeaders = call.headers.allSatisfy { header in
            !header.name.isEmpty && header.name.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 58 }
                && header.value.utf8.allSatisfy { $0 >= 32 && $0 != 127 }
        }
        guard isToken, !call.method.isEmpty, areHeaders else {
            throw TransportProblem(.other, "the request's method or headers cannot be sent")
        }
    }

    /// Head and body in one buffer, so that both leave in one write.
    static func buffer(
        _ call: HTTPCall, to endpoint: Endpoint, _ allocator: ByteBufferAllocator
    ) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: 512 + call.path.utf8.count + call.body.utf8.count)
        buffer.writeString(call.method)
        buffer.writeStaticString(" ")
        buffer.writeString(call.path)
        buffer.writeStaticString(" HTTP/1.1\r\nHost: ")
        buffer.writeString(endpoint.hostHeader)
        buffer.writeStaticString("\r\n")
        for header in call.headers {
            buffer.writeString(header.name)
            buffer.writeStaticString(": ")
            buffer.writeString(header.value)
            buffer.writeStaticString("\r\n")
        }
        if !call.body.isEmpty || call.method != "GET" {
            buffer.writeStaticString("Content-Length: ")
            buffer.writeString(String(call.body.utf8.count))
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("\r\n")
        buffer.writeString(call.body)
        return buffer
    }
}
