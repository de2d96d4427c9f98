internal import TLS

/// What a TLS server shows of itself: a certificate chain and its key.
package struct ServerIdentity: Sendable {
    let context: TLSContext

    /// - Parameters:
    ///   - chain: the certificate, its chain behind it, in PEM.
    ///   - key: its key in PEM.
    init(chain: String, key: String) throws(TLSContextFailure) {
        context = try TLSContext(chain: chain, key: key)
    }

    /// One's own certificate, its chain behind it, and its key, both PEM.
    package init(certificateFile: String, keyFile: String) throws(IdentityFailure) {
        let chain = try Self.text(of: certificateFile)
        let key = try Self.text(of: keyFile)
        do {
            try self.init(chain: chain, key: key)
        } catch .noCertificate {
            throw IdentityFailure(
                file: certificateFile, reason: "it holds no certificate in PEM form")
        } catch .brokenCertificate(let number) {
            throw IdentityFailure(
                file: certificateFile, reason: "certificate \(number) in it cannot be read")
        } catch .noKey {
            throw IdentityFailure(file: keyFile, reason: "it holds no private key in PEM form")
        } catch {
            throw IdentityFailure(
                file: keyFile,
                reason: "it is not the key of a server's certificate in \(certificateFile)")
        }
    }

    private static func text(of file: String) throws(IdentityFailure) -> String {
        do {
            return try readPEM(file)
        } catch {
            throw IdentityFailure(file: file, reason: error.description)
        }
    }
}

/// A certificate, key or folder that cannot be used.
package struct IdentityFailure: Error, Hashable, CustomStringConvertible {
    package let file: String
    package let reason: String
    package var description: String { "\(file): \(reason)" }
}
