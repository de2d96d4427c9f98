internal import NIOCore
internal import VenueSessions

/// A request as it goes on the wire.
enum RequestText {
    /// - Throws: ``TransportProblem`` for a call that another than the signed one would come of.
    static func check(_ call: HTTPCall) throws(TransportProblem) {
        guard Endpoint.canBeSent(call.path) else {
            throw TransportProblem(.other, "the request's path cannot be sent as it was signed")
        }
        let isToken = allBytes(of: call.method) { (65...90).contains($0) }
        let areHeaders = call.headers.allSatisfy { header in
            !header.name.isEmpty && allBytes(of: header.name) { $0 > 32 && $0 < 127 && $0 != 58 }
                && allBytes(of: header.value) { $0 >= 32 && $0 != 127 }
        }
        guard isToken, !call.method.isEmpty, areHeaders else {
            throw TransportProblem(.other, "the request's method or headers cannot be sent")
        }
    }

    private static func allBytes(of text: String, satisfy isGood: (UInt8) -> Bool) -> Bool {
        let bytes = text.utf8.span
        return bytes.indices.allSatisfy { isGood(bytes[$0]) }
    }

    /// Head and body in one buffer, so that both leave in one write.
    static func buffer(
        _ call: HTTPCall, to endpoint: Endpoint, _ allocator: ByteBufferAllocator
    ) -> ByteBuffer {
        var text: [UInt8] = []
        text.reserveCapacity(usualHeadLength + call.path.utf8.count + call.body.utf8.count)
        text += call.method.utf8
        text.append(UInt8(ascii: " "))
        text += call.path.utf8
        text += " HTTP/1.1\r\nHost: ".utf8
        text += endpoint.hostHeader.utf8
        text += "\r\n".utf8
        for header in call.headers {
            text += header.name.utf8
            text += ": ".utf8
            text += header.value.utf8
            text += "\r\n".utf8
        }
        if !call.body.isEmpty || call.method != "GET" {
            text += "Content-Length: ".utf8
            text += String(call.body.utf8.count).utf8
            text += "\r\n".utf8
        }
        text += "\r\n".utf8
        text += call.body.utf8
        return allocator.buffer(bytes: text)
    }

    /// Of a signed request, without its path.
    private static let usualHeadLength = 512
}
