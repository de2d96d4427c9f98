internal import CZlib
internal import PropertyTesting
internal import Testing
internal import Transport
internal import VenueSessions

/// The compressing side of one socket, as a server has it.
@safe final class Deflater {
    private let zlib: UnsafeMutablePointer<z_stream>
    private let forgets: Bool

    init(forgets: Bool) {
        self.forgets = forgets
        unsafe zlib = .allocate(capacity: 1)
        unsafe zlib.initialize(to: z_stream())
        let code = unsafe deflateInit2_(
            zlib, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK)
    }

    deinit {
        unsafe deflateEnd(zlib)
        unsafe zlib.deallocate()
    }

    /// A message without the four bytes that its flush ends with.
    func pack(_ message: [UInt8]) -> [UInt8] {
        if forgets { unsafe deflateReset(zlib) }
        var input = message
        var output = [UInt8](repeating: 0, count: message.count + message.count / 8 + 1_000)
        let room = output.count
        unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe zlib.pointee.next_in = input.baseAddress
                unsafe zlib.pointee.avail_in = UInt32(input.count)
                unsafe zlib.pointee.next_out = output.baseAddress
                unsafe zlib.pointee.avail_out = UInt32(output.count)
                let code = unsafe deflate(zlib, Z_SYNC_FLUSH)
                precondition(code == Z_OK)
            }
        }
        let count = unsafe room - Int(zlib.pointee.avail_out)
        return Array(output[..<(count - 4)])
    }
}

@Suite struct `Compressed messages` {
    private func opened(
        _ rig: Rig, agreed: String, then act: @escaping @Sendable (Peer) -> Void
    ) async throws {
        let port = try await rig.serve(
            Peer.Script(request: { peer, request in
                peer.accept(request, headers: "Sec-WebSocket-Extensions: \(agreed)\r\n")
                act(peer)
            }))
        try await rig.start()
        try await rig.act(.open(first, url: "ws://127.0.0.1:\(port)"))
    }

    @Test(arguments: [
        ("permessage-deflate", false), ("permessage-deflate; server_no_context_takeover", true),
        ("permessage-deflate;client_no_context_takeover; server_max_window_bits=15", false),
    ])
    func `are unpacked, with and without the window of those before`(
        _ agreed: String, _ forgets: Bool
    ) async throws {
        try await withRig { rig in
            let message = Array(String(repeating: "{\"price\":\"1.5\"}", count: 20).utf8)
            try await opened(rig, agreed: agreed) { peer in
                let deflater = Deflater(forgets: forgets)
                for _ in 0..<3 {
                    peer.write(Peer.frame(1, deflater.pack(message), flags: 0xc0))
                    peer.text("plain between")
                }
            }
            try await rig.line("text 1 plain", times: 3)
            let plain = Array("plain between".utf8)
            #expect(
                try await rig.on(\.messages) == [message, plain, message, plain, message, plain])
        }
    }

    @Test func `that unpack to more than the limit end the socket`() async throws {
        try await withRig { rig in
            try await opened(rig, agreed: "permessage-deflate") { peer in
                let zeros = [UInt8](repeating: 0, count: NetworkSettings.Limit.message + 1)
                peer.write(Peer.frame(2, Deflater(forgets: false).pack(zeros), flags: 0xc0))
            }
            let closed = try await rig.line("closed 1 other")
            #expect(closed.hasSuffix("a message unpacks to more than 16777216 bytes"))
        }
    }

    @Test func `that are broken end the socket`() async throws {
        try await withRig { rig in
            try await opened(rig, agreed: "permessage-deflate") { peer in
                peer.write(Peer.frame(2, [0xff, 0xff, 0xff], flags: 0xc0))
            }
            #expect(try await rig.line("closed 1 other").contains("a compressed message is broken"))
        }
    }

    @Test(arguments: [
        "x-webkit-deflate-frame", "permessage-deflate, permessage-deflate",
        "permessage-deflate; client_max_window_bits=9",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; server_no_context_takeover=1",
    ])
    func `are refused where the server agrees to what was not offered`(_ agreed: String)
        async throws
    {
        try await withRig { rig in
            try await opened(rig, agreed: agreed) { _ in }
            #expect(try await rig.line("closed 1 other").contains("was not offered"))
        }
    }

    @Test(arguments: seeds)
    func `and others arrive whole, in whatever fragments and packets`(_ seed: UInt64) async throws {
        try await withRig { rig in
            var random = Seeded(seed)
            let forgets = random.bool()
            let messages = (0..<12).map { _ in
                let letters = random.int(1...255)
                return (0..<random.int(0...(random.chance(20) ? 200_000 : 300))).map { _ in
                    UInt8(random.int(0...letters))
                }
            }
            let deflater = Deflater(forgets: forgets)
            var bytes: [UInt8] = []
            for message in messages { bytes += frames(of: message, deflater, &random) }
            var packets: [[UInt8]] = []
            while !bytes.isEmpty {
                let count = min(bytes.count, random.int(1...(random.chance(50) ? 20 : 90_000)))
                packets.append(Array(bytes.prefix(count)))
                bytes.removeFirst(count)
            }
            let sent = packets
            let more = forgets ? "; server_no_context_takeover" : ""
            try await opened(rig, agreed: "permessage-deflate\(more)") { peer in
                for packet in sent { peer.write(packet) }
            }
            try await rig.until("all of seed \(seed)") { $0.messages.count == messages.count }
            #expect(try await rig.on(\.messages) == messages, "seed \(seed)")
        }
    }

    /// A message as frames: compressed or not, in one or many, with pings between.
    private func frames(
        of message: [UInt8], _ deflater: Deflater, _ random: inout Seeded
    ) -> [UInt8] {
        let isCompressed = random.bool()
        var rest = (isCompressed ? deflater.pack(message) : message)[...]
        var bytes: [UInt8] = []
        var opcode: UInt8 = random.bool() ? 1 : 2
        var reserved: UInt8 = isCompressed ? 0x40 : 0
        var isLast = false
        while !isLast {
            isLast = random.chance(40)
            let count = isLast ? rest.count : random.int(0...rest.count)
            let part = Array(rest.prefix(count))
            bytes += Peer.frame(opcode, part, flags: (isLast ? 0x80 : 0) | reserved)
            rest = rest.dropFirst(count)
            opcode = 0
            reserved = 0
            if random.chance(20) { bytes += Peer.frame(9, [1]) }
        }
        return bytes
    }
}
