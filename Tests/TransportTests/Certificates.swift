internal import Crypto
internal import Foundation
internal import NIOSSL
internal import SwiftASN1
internal import X509

/// A certificate authority of one test, and what it vouches for.
struct Authority {
    let certificate: Certificate
    private let key = P256.Signing.PrivateKey()

    init(_ name: String) throws {
        let own = try DistinguishedName { CommonName(name) }
        certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: Date(timeIntervalSinceNow: -3600 * 24 * 30),
            notValidAfter: Date(timeIntervalSinceNow: 3600 * 24 * 30), issuer: own, subject: own,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true))
            }, issuerPrivateKey: Certificate.PrivateKey(key))
    }

    /// What a server needs to show a certificate for `host`, valid for these days from now.
    func server(for host: String, days: ClosedRange<Double> = -1...1) throws -> NIOSSLContext {
        let leafKey = P256.Signing.PrivateKey()
        let leaf = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(leafKey.publicKey),
            notValidBefore: Date(timeIntervalSinceNow: days.lowerBound * 86_400),
            notValidAfter: Date(timeIntervalSinceNow: days.upperBound * 86_400),
            issuer: certificate.subject, subject: try DistinguishedName { CommonName(host) },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions { SubjectAlternativeNames([.dnsName(host)]) },
            issuerPrivateKey: Certificate.PrivateKey(key))
        let chain = try NIOSSLCertificate(
            bytes: Array(leaf.serializeAsPEM().pemString.utf8), format: .pem)
        let secret = try NIOSSLPrivateKey(
            bytes: Array(leafKey.pemRepresentation.utf8), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: [.certificate(chain)], privateKey: .privateKey(secret)))
    }

    /// Writes the authority's certificate to a file of its own.
    func file() throws -> String {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent(UUID().uuidString + ".pem")
        try certificate.serializeAsPEM().pemString.write(to: url, atomically: true, encoding: .utf8)
        return url.path
    }
}
