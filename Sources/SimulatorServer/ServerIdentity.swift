internal import Glibc
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
            return try readSmallFile(file)
        } catch {
            throw IdentityFailure(
                file: file, reason: unsafe String(cString: strerror(error.number)))
        }
    }
}

struct SystemError: Error {
    let number: Int32
}

/// A small file's text.
func readSmallFile(_ file: String) throws(SystemError) -> String {
    let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError(number: errno) }
    defer { close(descriptor) }
    let most = 1 << 20
    var bytes = [UInt8](repeating: 0, count: most)
    let count = unsafe read(descriptor, &bytes, most)
    guard count >= 0 else { throw SystemError(number: errno) }
    return String(decoding: bytes[..<count], as: UTF8.self)
}

/// A certificate, key or folder that cannot be used.
package struct IdentityFailure: Error, Hashable, CustomStringConvertible {
    package let file: String
    package let reason: String
    package var description: String { "\(file): \(reason)" }
}
