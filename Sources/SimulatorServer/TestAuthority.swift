internal import Crypto
internal import FoundationEssentials
internal import Glibc
internal import NIOSSL
internal import SwiftASN1
internal import X509

/// A certificate authority of this user's own, for servers on loopback and nothing else.
///
/// It is made once and kept while it is valid, so that a client's settings can stay. It can vouch
/// for no name but `localhost`: who trusts it trusts no site. The servers' own certificates are
/// made anew at each start.
package struct TestAuthority {
    /// The certificate to hand to clients, PEM.
    package let certificateFile: String
    private let certificate: Certificate
    private let key: P256.Signing.PrivateKey

    private static let yearSeconds: Double = 365 * 86_400
    /// How long an authority must still be valid to be used again: no server should outlive it.
    private static let reserveSeconds: Double = 30 * 86_400
    /// Clocks of clients may be a little behind.
    private static let earlySeconds: Double = -3_600

    /// Takes the authority in a folder, or makes folder and authority where there is none.
    package init(folder: String) throws(IdentityFailure) {
        try Self.makeFolder(folder)
        let lock = try Self.lock(folder + "/.lock")
        defer { Glibc.close(lock) }
        certificateFile = folder + "/ca.pem"
        let store = folder + "/ca-key.pem"
        if let kept = Self.read(store) {
            (certificate, key) = kept
        } else {
            do {
                (certificate, key) = try Self.make()
                let text = try key.pemRepresentation + "\n" + certificate.serializeAsPEM().pemString
                try Self.write(text + "\n", to: store, mode: 0o600)
            } catch let failure as IdentityFailure {
                throw failure
            } catch {
                throw IdentityFailure(file: store, reason: "no test authority: \(error)")
            }
        }
        do {
            let text = try certificate.serializeAsPEM().pemString + "\n"
            try Self.write(text, to: certificateFile, mode: 0o644)
        } catch let failure as IdentityFailure {
            throw failure
        } catch {
            throw IdentityFailure(file: certificateFile, reason: "\(error)")
        }
    }

    /// A new certificate for this computer's own names.
    package func identity() throws(IdentityFailure) -> ServerIdentity {
        do {
            let leafKey = P256.Signing.PrivateKey()
            let leaf = try certificate(for: leafKey)
            return try ServerIdentity(
                chain: [
                    NIOSSLCertificate(
                        bytes: Array(leaf.serializeAsPEM().pemString.utf8), format: .pem)
                ],
                key: NIOSSLPrivateKey(
                    bytes: Array(leafKey.pemRepresentation.utf8), format: .pem))
        } catch {
            throw IdentityFailure(file: certificateFile, reason: "no certificate: \(error)")
        }
    }

    // MARK: - Certificates

    private static let loopback: [[UInt8]] = [
        [127, 0, 0, 1], Array(repeating: 0, count: 15) + [1],
    ]

    private static func make() throws -> (Certificate, P256.Signing.PrivateKey) {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName {
            CommonName("Moonrunner simulators' test authority")
        }
        let now = Date()
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: now.addingTimeInterval(earlySeconds),
            notValidAfter: now.addingTimeInterval(yearSeconds), issuer: name, subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true))
                // Not of addresses: BoringSSL, which clients use, knows no such constraint.
                Critical(NameConstraints(permittedDNSDomains: ["localhost"]))
                SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
            }, issuerPrivateKey: Certificate.PrivateKey(key))
        return (certificate, key)
    }

    private func certificate(for leafKey: P256.Signing.PrivateKey) throws -> Certificate {
        let now = Date()
        let end = now.addingTimeInterval(Self.yearSeconds)
        let names: [GeneralName] =
            [.dnsName("localhost")]
            + Self.loopback.map { .ipAddress(ASN1OctetString(contentBytes: ArraySlice($0))) }
        return try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(leafKey.publicKey),
            notValidBefore: now.addingTimeInterval(Self.earlySeconds),
            notValidAfter: min(end, certificate.notValidAfter), issuer: certificate.subject,
            subject: try DistinguishedName { CommonName("localhost") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names)
                SubjectKeyIdentifier(hash: Certificate.PublicKey(leafKey.publicKey))
                AuthorityKeyIdentifier(
                    keyIdentifier: SubjectKeyIdentifier(
                        hash: Certificate.PublicKey(key.publicKey)
                    ).keyIdentifier)
            }, issuerPrivateKey: Certificate.PrivateKey(key))
    }

    // MARK: - Files

    /// Key and certificate of an authority that is good for a while yet; nil: make a new one.
    private static func read(_ file: String) -> (Certificate, P256.Signing.PrivateKey)? {
        // Whatever is wrong with what is there, a new authority takes its place.
        guard let text = try? String(contentsOfFile: file, encoding: .utf8),
            let documents = try? PEMDocument.parseMultiple(pemString: text), documents.count == 2,
            let key = try? P256.Signing.PrivateKey(pemRepresentation: documents[0].pemString),
            let certificate = try? Certificate(pemDocument: documents[1]),
            certificate.publicKey == Certificate.PublicKey(key.publicKey),
            certificate.notValidAfter > Date().addingTimeInterval(reserveSeconds),
            certificate.notValidBefore <= Date()
        else { return nil }
        return (certificate, key)
    }

    private static func makeFolder(_ folder: String) throws(IdentityFailure) {
        var path = folder.hasPrefix("/") ? "/" : ""
        for part in folder.split(separator: "/") {
            path += (path.isEmpty || path.hasSuffix("/") ? "" : "/") + part
            guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
                throw IdentityFailure(file: path, reason: systemReason())
            }
        }
        guard unsafe chmod(folder, 0o700) == 0 else {
            throw IdentityFailure(file: folder, reason: systemReason())
        }
    }

    /// Held until the descriptor is closed: two servers that start at once get one authority.
    private static func lock(_ file: String) throws(IdentityFailure) -> Int32 {
        let descriptor = unsafe open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else {
            throw IdentityFailure(file: file, reason: systemReason())
        }
        return descriptor
    }

    /// Puts a whole file in the place of the old one, never readable by more than `mode` says.
    private static func write(
        _ text: String, to file: String, mode: mode_t
    ) throws(IdentityFailure) {
        let draft = file + ".new"
        _ = unsafe unlink(draft)
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw IdentityFailure(file: draft, reason: systemReason()) }
        defer { Glibc.close(descriptor) }
        let bytes = Array(text.utf8)
        let count = unsafe bytes.withUnsafeBytes { raw in
            unsafe Glibc.write(descriptor, raw.baseAddress, raw.count)
        }
        guard count == bytes.count, unsafe rename(draft, file) == 0 else {
            throw IdentityFailure(file: file, reason: systemReason())
        }
    }

    private static func systemReason() -> String { unsafe String(cString: strerror(errno)) }
}
