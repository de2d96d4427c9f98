internal import Glibc
package import NIOSSL

/// What a TLS server shows of itself: a certificate chain and its key.
package struct ServerIdentity: Sendable {
    package let context: NIOSSLContext

    init(chain: [NIOSSLCertificate], key: NIOSSLPrivateKey) throws {
        var settings = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        settings.minimumTLSVersion = .tlsv12
        settings.applicationProtocols = ["http/1.1"]
        context = try NIOSSLContext(configuration: settings)
    }

    /// One's own certificate, its chain behind it, and its key, both PEM.
    package init(certificateFile: String, keyFile: String) throws(IdentityFailure) {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
        } catch {
            throw IdentityFailure(
                file: certificateFile, reason: Self.reason(certificateFile, "certificate"))
        }
        guard !chain.isEmpty else {
            throw IdentityFailure(file: certificateFile, reason: "it holds no certificate")
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
        } catch {
            throw IdentityFailure(file: keyFile, reason: Self.reason(keyFile, "private key"))
        }
        do {
            try self.init(chain: chain, key: key)
        } catch {
            throw IdentityFailure(
                file: keyFile,
                reason: "it is not the key of a server's certificate in \(certificateFile)")
        }
    }

    private static func reason(_ file: String, _ kind: String) -> String {
        unsafe access(file, R_OK) == 0
            ? "it holds no \(kind) in PEM form" : unsafe String(cString: strerror(errno))
    }
}

/// A certificate, key or folder that cannot be used.
package struct IdentityFailure: Error, Hashable, CustomStringConvertible {
    package let file: String
    package let reason: String
    package var description: String { "\(file): \(reason)" }
}
