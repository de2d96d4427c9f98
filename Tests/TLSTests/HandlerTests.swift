import Cryptography
import Foundation
import NIOCore
import NIOEmbedded
import NIOTLS
import PropertyTesting
import TLS
import Testing

/// What a channel's last handler hears.
private final class Listener: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    var heard: [UInt8] = []
    var failures: [TLSFailure] = []
    var isSafe = false
    var isClosed = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heard += unwrapInboundIn(data).readableBytesView
    }
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { isSafe = true }
    }
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let failure = error as? TLSFailure { failures.append(failure) }
    }
    func channelInactive(context: ChannelHandlerContext) { isClosed = true }
}

/// A client and a server of TLS with a line between them that cuts what it carries into pieces.
private final class Line {
    let client = EmbeddedChannel()
    let server = EmbeddedChannel()
    let clientHears = Listener()
    let serverHears = Listener()
    private var random: Seeded
    /// Changes what the server sends, to show that it is noticed.
    var spoil: ((inout [UInt8]) -> Void)?

    init(seed: UInt64 = 1, trusts: Bool = true, host: TLSHandler.Host = .name("venue.test")) throws
    {
        random = Seeded(seed)
        let now = Int64(Date().timeIntervalSince1970)
        let authority = try CertificateIdentity(
            CertificateIdentity.Terms(
                name: "one authority", validity: now - 60...now + 60, role: .authority(of: nil)),
            issuer: nil)
        let identity = try CertificateIdentity(
            CertificateIdentity.Terms(
                name: "venue.test", validity: now - 60...now + 60,
                role: .server([.domain("venue.test"), .domain("*.wild.test"), .address("::1")])),
            issuer: authority)
        let believed = try TLSContext(
            trustsSystem: false, authorities: trusts ? authority.certificate : nil)
        let shown = try TLSContext(chain: identity.certificate, key: identity.key)
        try client.pipeline.syncOperations.addHandlers(
            TLSHandler(believed, host: host), clientHears)
        try server.pipeline.syncOperations.addHandlers(TLSHandler(shown, host: nil), serverHears)
    }

    func connect() throws {
        let place = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
        server.connect(to: place, promise: nil)
        client.connect(to: place, promise: nil)
        try carry()
    }

    /// Carries all that there is, in pieces, until nothing is left.
    func carry() throws {
        var isMoving = true
        while isMoving {
            let there = try carry(from: client, to: server)
            let back = try carry(from: server, to: client)
            isMoving = there || back
        }
    }

    private func carry(from: EmbeddedChannel, to: EmbeddedChannel) throws -> Bool {
        var bytes: [UInt8] = []
        while let part = try from.readOutbound(as: ByteBuffer.self) {
            bytes += part.readableBytesView
        }
        guard !bytes.isEmpty else { return false }
        if from === server { spoil?(&bytes) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(random.int(1...max(1, min(rest.count, 5_000))))
            rest = rest.dropFirst(piece.count)
            guard to.isActive else { return true }
            // What is wrong with it is told to the listener too.
            _ = try? to.writeInbound(ByteBuffer(bytes: piece))
        }
        return true
    }

    /// The server's process dies: no goodbye.
    func cut() {
        client.pipeline.fireChannelInactive()
    }
}

@Suite struct `TLS in a channel` {
    @Test(arguments: seeds)
    func `carries every byte both ways, whatever the pieces`(seed: UInt64) throws {
        let line = try Line(seed: seed)
        var random = Seeded(seed)
        var sent: [UInt8] = []
        var returned: [UInt8] = []
        // Written before there is a connection: it waits.
        sent += Array("early".utf8)
        line.client.writeAndFlush(ByteBuffer(bytes: sent), promise: nil)
        try line.connect()
        #expect(line.clientHears.isSafe)
        #expect(line.serverHears.isSafe)
        for _ in 0..<20 {
            let part = (0..<random.int(0...40_000)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if random.bool() {
                sent += part
                line.client.writeAndFlush(ByteBuffer(bytes: part), promise: nil)
            } else {
                returned += part
                line.server.writeAndFlush(ByteBuffer(bytes: part), promise: nil)
            }
            if random.bool() { try line.carry() }
        }
        try line.carry()
        #expect(line.serverHears.heard == sent)
        #expect(line.clientHears.heard == returned)
        #expect(line.clientHears.failures == [])
    }

    @Test func `says goodbye, so that a cut connection is known from one that ended`() throws {
        let line = try Line()
        try line.connect()
        line.server.close(promise: nil)
        try line.carry()
        #expect(!line.client.isActive)
        #expect(line.clientHears.failures == [])
        let other = try Line()
        try other.connect()
        other.cut()
        #expect(other.clientHears.failures == [.cut])
    }

    @Test func `waits a second for the other side's goodbye, and no longer`() throws {
        let line = try Line()
        try line.connect()
        line.client.close(promise: nil)
        #expect(line.client.isActive)
        line.client.embeddedEventLoop.advanceTime(by: .milliseconds(999))
        #expect(line.client.isActive)
        line.client.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!line.client.isActive)
    }

    @Test func `notices a byte that was changed on the way`() throws {
        let line = try Line()
        try line.connect()
        line.server.writeAndFlush(ByteBuffer(string: "an order is filled"), promise: nil)
        line.spoil = { $0[$0.count - 1] ^= 1 }
        try line.carry()
        #expect(line.clientHears.heard == [])
        guard case .broken = try #require(line.clientHears.failures.first) else {
            Issue.record("\(line.clientHears.failures)")
            return
        }
        #expect(!line.client.isActive)
    }

    @Test(arguments: [
        (TLSHandler.Host.name("venue.test"), true), (.name("other.test"), false),
        (.name("a.wild.test"), true), (.name("wild.test"), false), (.name("a.b.wild.test"), false),
        (.name("VENUE.TEST"), true), (.name("xvenue.test"), false), (.address("::1"), true),
        (.address("127.0.0.1"), false),
    ])
    func `believes the names of the certificate and no others`(
        host: TLSHandler.Host, isBelieved: Bool
    ) throws {
        let line = try Line(host: host)
        line.client.writeAndFlush(ByteBuffer(string: "a key"), promise: nil)
        try line.connect()
        #expect(line.clientHears.isSafe == isBelieved)
        #expect(line.clientHears.failures == (isBelieved ? [] : [.distrust(.otherName)]))
        #expect(line.serverHears.heard == (isBelieved ? Array("a key".utf8) : []))
    }

    @Test func `believes no authority that nobody named`() throws {
        let line = try Line(trusts: false)
        line.client.writeAndFlush(ByteBuffer(string: "a key"), promise: nil)
        try line.connect()
        #expect(line.clientHears.failures == [.distrust(.unknownAuthority)])
        #expect(line.serverHears.heard == [])
        #expect(!line.serverHears.isSafe)
    }

    @Test func `leaves no certificate out that cannot be read`() throws {
        let now = Int64(Date().timeIntervalSince1970)
        let whole = try CertificateIdentity(
            CertificateIdentity.Terms(
                name: "one authority", validity: now - 60...now + 60, role: .authority(of: nil)),
            issuer: nil)
        var lines = whole.certificate.split(separator: "\n", omittingEmptySubsequences: false)
        lines[3] = "####"
        let broken = lines.joined(separator: "\n")
        let cut = String(whole.certificate.dropLast(40))
        for (text, number) in [
            (broken, 1), (broken + whole.certificate, 1), (whole.certificate + broken, 2),
            (whole.certificate + cut, 2),
        ] {
            #expect(throws: TLSContextFailure.brokenCertificate(number)) {
                try TLSContext(trustsSystem: false, authorities: text)
            }
            #expect(throws: TLSContextFailure.brokenCertificate(number)) {
                try TLSContext(chain: text, key: whole.key)
            }
        }
        for text in ["", "nothing of the kind", whole.key] {
            #expect(throws: TLSContextFailure.noCertificate) {
                try TLSContext(trustsSystem: false, authorities: text)
            }
        }
        let twice = "in words\n" + whole.certificate + "\n" + whole.certificate + "more words"
        #expect(throws: Never.self) { try TLSContext(trustsSystem: false, authorities: twice) }
    }

    @Test func `ends at an answer that is no TLS`() throws {
        let line = try Line()
        line.spoil = { $0 = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8) }
        try line.connect()
        #expect(!line.clientHears.isSafe)
        guard case .handshake(let reason) = try #require(line.clientHears.failures.first) else {
            Issue.record("\(line.clientHears.failures)")
            return
        }
        #expect(reason.contains("wrong version number"), "\(reason)")
        #expect(!line.client.isActive)
    }

    @Test func `fails what was written and cannot be sent any more`() throws {
        let line = try Line()
        let promise = line.client.eventLoop.makePromise(of: Void.self)
        line.client.writeAndFlush(ByteBuffer(string: "x"), promise: promise)
        line.client.close(promise: nil)
        #expect(throws: ChannelError.self) { try promise.futureResult.wait() }
    }
}
