private import CCrypto

/// SHA-256 over bytes that come piece by piece (FIPS 180-4).
public struct SHA256: Sendable {
    private var state = crypto_sha256()

    public init() { unsafe crypto_sha256_start(&state) }

    public mutating func add(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe crypto_sha256_add(&state, $0.baseAddress, $0.count) }
    }

    /// The 32 bytes of the digest over what was added so far; more can be added behind.
    public var digest: [UInt8] {
        var ended = state
        return result(CRYPTO_SHA256_SIZE) { unsafe crypto_sha256_finish(&ended, $0) }
    }

    public static func digest(of bytes: [UInt8]) -> [UInt8] {
        var hash = Self()
        hash.add(bytes)
        return hash.digest
    }
}

/// SHA-1 (FIPS 180-4), where a protocol wants it: it protects nothing.
public func sha1(_ bytes: [UInt8]) -> [UInt8] {
    unsafe bytes.withUnsafeBytes { bytes in
        result(CRYPTO_SHA1_SIZE) { unsafe crypto_sha1(bytes.baseAddress, bytes.count, $0) }
    }
}

/// RIPEMD-160, for addresses that are made of a SHA-256 digest.
public func ripemd160(_ bytes: [UInt8]) -> [UInt8] {
    unsafe bytes.withUnsafeBytes { bytes in
        result(CRYPTO_RIPEMD160_SIZE) {
            unsafe crypto_ripemd160(bytes.baseAddress, bytes.count, $0)
        }
    }
}

/// What a function writes, which fills all of it.
@safe
func result(_ count: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Void) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        if let base = buffer.baseAddress { unsafe write(base) }
        filled = count
    }
}
