import Foundation
import SimulatorServer
import Testing
import VenueSimulators

@Suite struct `TLS of a simulator's server` {
    private let folder: String

    init() {
        folder = NSTemporaryDirectory() + "moonrunner-\(UUID().uuidString)/simulators"
    }

    private func trusted(_ authority: TestAuthority) throws -> String {
        try String(contentsOfFile: authority.certificateFile, encoding: .utf8)
    }

    private func remove() { try? FileManager.default.removeItem(atPath: folder) }

    @Test(arguments: ["localhost", "127.0.0.1"])
    func `a client that trusts the authority is served`(host: String) throws {
        defer { remove() }
        let authority = try TestAuthority(folder: folder)
        let served = try Served(identity: authority.identity())
        let name = host == "localhost" ? host : nil
        let client = try WireClient(
            port: served.port, trusting: trusted(authority), host: name)
        #expect(try client.get("/a").body == "GET /a ")
        let socket = try WireClient(port: served.port, trusting: trusted(authority))
        try socket.upgrade()
        try socket.say("torn")
        #expect(try socket.rest().count == 102)
    }

    @Test func `a client that trusts another authority gets nothing`() throws {
        defer { remove() }
        let served = try Served(identity: TestAuthority(folder: folder + "/1").identity())
        let stranger = try TestAuthority(folder: folder + "/2")
        let client = try WireClient(port: served.port, trusting: trusted(stranger))
        client.post(Array("GET /a HTTP/1.1\r\n\r\n".utf8))
        #expect(try client.rest() == [])
        #expect(try served.server.served.requests == 0)
    }

    @Test func `a plain client gets nothing from a secure server`() throws {
        defer { remove() }
        let served = try Served(identity: TestAuthority(folder: folder).identity())
        let client = try served.client()
        try client.send("GET /a HTTP/1.1\r\n\r\n")
        #expect(!String(decoding: try client.rest(), as: UTF8.self).contains("HTTP"))
        #expect(try served.server.served.requests == 0)
    }

    @Test func `the authority stays the same, its key for its user's eyes alone`() throws {
        defer { remove() }
        let first = try TestAuthority(folder: folder)
        let text = try String(contentsOfFile: first.certificateFile, encoding: .utf8)
        let again = try TestAuthority(folder: folder)
        #expect(try String(contentsOfFile: again.certificateFile, encoding: .utf8) == text)
        #expect(!text.contains("PRIVATE"))
        let mode = { (path: String) in
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(folder) == 0o700)
        #expect(try mode(folder + "/ca-key.pem") == 0o600)
    }

    @Test func `an authority that cannot be read is made anew`() throws {
        defer { remove() }
        let first = try TestAuthority(folder: folder)
        let text = try String(contentsOfFile: first.certificateFile, encoding: .utf8)
        try "nonsense".write(toFile: folder + "/ca-key.pem", atomically: true, encoding: .utf8)
        let second = try TestAuthority(folder: folder)
        #expect(try String(contentsOfFile: second.certificateFile, encoding: .utf8) != text)
        #expect(throws: Never.self) { try second.identity() }
    }

    @Test func `a certificate that cannot be used is told by its file`() throws {
        defer { remove() }
        let authority = try TestAuthority(folder: folder)
        let missing = #expect(throws: IdentityFailure.self) {
            try ServerIdentity(certificateFile: folder + "/none.pem", keyFile: "k")
        }
        #expect(missing?.description.contains("none.pem") == true)
        let keyless = #expect(throws: IdentityFailure.self) {
            try ServerIdentity(
                certificateFile: authority.certificateFile, keyFile: authority.certificateFile)
        }
        #expect(keyless?.reason == "it holds no private key in PEM form")
        let other = try TestAuthority(folder: folder + "/other")
        let unfit = #expect(throws: IdentityFailure.self) {
            try ServerIdentity(
                certificateFile: other.certificateFile, keyFile: folder + "/ca-key.pem")
        }
        #expect(unfit?.reason.hasPrefix("it is not the key of") == true)
    }
}

extension String {
    fileprivate func write(toFile path: String, atomically: Bool, encoding: Encoding) throws {
        try write(to: URL(fileURLWithPath: path), atomically: atomically, encoding: encoding)
    }
}
