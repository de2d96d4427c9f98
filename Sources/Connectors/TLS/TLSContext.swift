private import CCrypto
internal import Cryptography

/// What all TLS connections of one kind share: authorities, or one's own certificate.
///
/// Nothing changes it once it is made: any loop may use it.
@safe
package final class TLSContext: Sendable {
    nonisolated(unsafe) let context: OpaquePointer

    /// For clients: TLS 1.2 or later, the chain and the host's name verified, HTTP/1.1 and nothing
    /// else.
    ///
    /// - Parameters:
    ///   - trustsSystem: whether the authorities that the system believes are believed.
    ///   - authorities: more of them, in PEM; nil: none.
    /// - Throws: where `authorities` holds none, or one that is broken.
    package init(
        trustsSystem: Bool = true, authorities: String? = nil
    ) throws(TLSContextFailure) {
        var reason = FailureReason()
        guard let context = unsafe crypto_tls_client(trustsSystem, &reason.bytes) else {
            throw .unavailable(reason.text)
        }
        unsafe self.context = unsafe context
        guard let authorities else { return }
        var whole = 0
        guard unsafe crypto_tls_trust(context, authorities, authorities.utf8.count, &whole) else {
            throw .brokenCertificate(whole + 1)
        }
        guard whole > 0 else { throw .noCertificate }
    }

    /// For servers.
    ///
    /// - Parameters:
    ///   - chain: the server's certificate, and what vouches for it behind it, in PEM.
    ///   - key: its private key in PEM, without a passphrase.
    package init(chain: String, key: String) throws(TLSContextFailure) {
        var flaw = CRYPTO_TLS_NO_FLAW
        var whole = 0
        let context = unsafe crypto_tls_server(
            chain, chain.utf8.count, key, key.utf8.count, &flaw, &whole)
        guard let context = unsafe context else {
            switch flaw {
            case CRYPTO_TLS_NO_CERTIFICATE: throw .noCertificate
            case CRYPTO_TLS_BROKEN_CERTIFICATE: throw .brokenCertificate(whole + 1)
            case CRYPTO_TLS_NO_KEY: throw .noKey
            default: throw .otherKey
            }
        }
        unsafe self.context = unsafe context
    }

    deinit { unsafe crypto_tls_context_free(context) }
}

package enum TLSContextFailure: Error, Hashable {
    /// A text that should hold certificates in PEM holds none.
    case noCertificate
    /// The certificate with this number in its text, counted from 1, cannot be read; none behind it was.
    case brokenCertificate(Int)
    /// A text that should hold a private key in PEM holds none.
    case noKey
    /// The key is not the certificate's, or not fit for a server.
    case otherKey
    case unavailable(String)
}

/// Why a connection of TLS ended.
package enum TLSFailure: Error, Hashable {
    /// What the other side showed is not believed.
    case distrust(Doubt)
    /// The handshake did not come about otherwise; the library's words.
    case handshake(String)
    /// After the handshake; the library's words.
    case broken(String)
    /// The other side ended the connection without a goodbye: what it sent may not be all.
    case cut

    package enum Doubt: Hashable, Sendable {
        case unknownAuthority
        case otherName
        /// It was valid until then, in seconds since 1970.
        case expired(Int64)
        /// It will be valid from then on, in seconds since 1970.
        case early(Int64)
    }
}
