internal import Cryptography
internal import Foundation
internal import TLS

/// A certificate authority of one test, and what it vouches for.
struct Authority {
    private static let daySeconds = 86_400.0
    private let identity: CertificateIdentity

    init(_ name: String) throws {
        identity = try CertificateIdentity(
            CertificateIdentity.Terms(
                name: name, validity: Self.validity(-30...30), role: .authority(of: nil)),
            issuer: nil)
    }

    /// What a server needs to show a certificate for `host`, valid for these days from now.
    func server(for host: String, days: ClosedRange<Double> = -1...1) throws -> TLSContext {
        let server = try CertificateIdentity(
            CertificateIdentity.Terms(
                name: host, validity: Self.validity(days), role: .server([.domain(host)])),
            issuer: identity)
        return try TLSContext(chain: server.certificate, key: server.key)
    }

    /// Writes the authority's certificate to a file of its own.
    func file() throws -> String {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent(UUID().uuidString + ".pem")
        try identity.certificate.write(to: url, atomically: true, encoding: .utf8)
        return url.path
    }

    private static func validity(_ days: ClosedRange<Double>) -> ClosedRange<Int64> {
        let now = Date().timeIntervalSince1970
        return Int64(now + days.lowerBound * daySeconds)...Int64(now + days.upperBound * daySeconds)
    }
}
