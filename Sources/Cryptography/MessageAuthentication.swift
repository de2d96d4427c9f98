private import CCrypto

/// A secret with which HMAC-SHA256 codes are made (RFC 2104).
///
/// It is worked in once, and overwritten when nobody holds it any more. It never prints.
@safe
public final class HMACSHA256Key: Sendable, CustomStringConvertible, CustomReflectable {
    private nonisolated(unsafe) let states: UnsafeMutablePointer<crypto_hmac_sha256>

    public init(_ secret: [UInt8]) {
        unsafe states = .allocate(capacity: 1)
        unsafe secret.withUnsafeBytes {
            unsafe crypto_hmac_sha256_prepare(states, $0.baseAddress, $0.count)
        }
    }

    deinit {
        unsafe crypto_forget(states, MemoryLayout<crypto_hmac_sha256>.size)
        unsafe states.deallocate()
    }

    public var description: String { "•••" }
    public var customMirror: Mirror { Mirror(reflecting: description) }

    /// The 32 bytes of the code over a text.
    public func code(of text: [UInt8]) -> [UInt8] {
        unsafe text.withUnsafeBytes { text in
            result(CRYPTO_SHA256_SIZE) {
                unsafe crypto_hmac_sha256_code(states, text.baseAddress, text.count, $0)
            }
        }
    }
}
