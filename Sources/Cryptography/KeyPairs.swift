private import CCrypto

/// A key in OpenSSL's hands, given back when nobody holds it any more.
///
/// It never prints. Nothing changes it once it is made: any thread may sign with it.
@safe
private final class KeyHandle: Sendable, CustomReflectable {
    nonisolated(unsafe) let key: OpaquePointer

    @safe
    init(_ make: (UnsafeMutablePointer<CChar>) -> OpaquePointer?) throws(CryptographyFailure) {
        unsafe key = try Cryptography.make { unsafe make($0) }
    }

    deinit { unsafe crypto_key_free(key) }

    var customMirror: Mirror { Mirror(reflecting: "•••") }
}

/// Throws where a part of a key has not its size.
private func require(_ bytes: [UInt8], _ count: Int, _ name: String) throws(CryptographyFailure) {
    guard bytes.count == count else {
        throw CryptographyFailure(description: "\(name) has \(bytes.count) bytes, not \(count)")
    }
}

// MARK: - Ed25519

/// A private key of Ed25519 (RFC 8032).
public struct Ed25519Key: Sendable {
    private let handle: KeyHandle

    /// - Parameter seed: the 32 bytes that RFC 8032 calls the private key.
    public init(seed: [UInt8]) throws(CryptographyFailure) {
        try require(seed, 32, "the seed")
        handle = try KeyHandle { unsafe crypto_ed25519_private(seed, $0) }
    }

    /// The 32 bytes of the public half.
    public func publicKey() throws(CryptographyFailure) -> [UInt8] {
        var point = [UInt8](repeating: 0, count: 32)
        try attempt { unsafe crypto_ed25519_point(handle.key, &point, $0) }
        return point
    }

    /// The 64 bytes of the signature, always the same ones for one text.
    public func signature(of text: [UInt8]) throws(CryptographyFailure) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: CRYPTO_ED25519_SIZE)
        try attempt {
            unsafe crypto_ed25519_sign(handle.key, text, text.count, &signature, $0)
        }
        return signature
    }
}

/// The public half of a key of Ed25519.
public struct Ed25519PublicKey: Sendable {
    private let handle: KeyHandle

    public init(_ point: [UInt8]) throws(CryptographyFailure) {
        try require(point, 32, "the public key")
        handle = try KeyHandle { unsafe crypto_ed25519_public(point, $0) }
    }

    public func isValid(_ signature: [UInt8], of text: [UInt8]) -> Bool {
        guard signature.count == CRYPTO_ED25519_SIZE else { return false }
        return unsafe crypto_ed25519_verify(handle.key, text, text.count, signature)
    }
}

// MARK: - secp256k1

/// A private key on the curve secp256k1 (SEC 2, section 2.4.1).
public struct Secp256k1Key: Sendable {
    private let handle: KeyHandle

    /// - Parameter scalar: 32 bytes, the highest first; not zero, and below the curve's order.
    public init(scalar: [UInt8]) throws(CryptographyFailure) {
        try require(scalar, 32, "the private key")
        handle = try KeyHandle { unsafe crypto_secp256k1_private(scalar, $0) }
    }

    /// The public half as a compressed point: 33 bytes (SEC 1, section 2.3.3).
    public func publicKey() throws(CryptographyFailure) -> [UInt8] {
        var point = [UInt8](repeating: 0, count: 33)
        try attempt { unsafe crypto_secp256k1_point(handle.key, &point, $0) }
        return point
    }

    /// The x coordinate of the point shared with another's key: 32 bytes, leading zeros kept, not
    /// hashed (SEC 1, section 3.3.1).
    public func sharedSecret(with other: Secp256k1PublicKey) throws(CryptographyFailure) -> [UInt8]
    {
        var secret = [UInt8](repeating: 0, count: 32)
        try attempt {
            unsafe crypto_secp256k1_agree(handle.key, other.handle.key, &secret, $0)
        }
        return secret
    }

    /// ECDSA over the text's SHA-256 digest: r and s, 32 bytes each.
    ///
    /// s is in the lower half of its range. Another signature each time.
    public func signature(of text: [UInt8]) throws(CryptographyFailure) -> [UInt8] {
        let digest = SHA256.digest(of: text)
        var signature = [UInt8](repeating: 0, count: CRYPTO_SECP256K1_SIZE)
        try attempt { unsafe crypto_secp256k1_sign(handle.key, digest, &signature, $0) }
        return signature
    }
}

/// The public half of a key on the curve secp256k1.
public struct Secp256k1PublicKey: Sendable {
    fileprivate let handle: KeyHandle

    /// - Parameter point: 33 bytes compressed or 65 not; it must lie on the curve.
    public init(_ point: [UInt8]) throws(CryptographyFailure) {
        handle = try KeyHandle { unsafe crypto_secp256k1_public(point, point.count, $0) }
    }

    public func isValid(_ signature: [UInt8], of text: [UInt8]) -> Bool {
        guard signature.count == CRYPTO_SECP256K1_SIZE else { return false }
        return unsafe crypto_secp256k1_verify(handle.key, SHA256.digest(of: text), signature)
    }
}
