private import CCrypto

/// Why a key cannot be used or nothing signed with it; no part of the key stands in it.
public struct CryptographyFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}

/// Where a function of `CCrypto` writes why it failed.
package struct FailureReason {
    package var bytes = [CChar](repeating: 0, count: CRYPTO_REASON_SIZE)
    package init() {}

    package var text: String {
        String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// Does what may fail, and throws its reason.
@safe
func attempt(
    _ action: (UnsafeMutablePointer<CChar>) -> Bool
) throws(CryptographyFailure) {
    _ = try make { unsafe action($0) ? () : nil }
}

/// Makes what may fail, and throws the reason where nothing came of it.
@safe
func make<Made>(
    _ action: (UnsafeMutablePointer<CChar>) -> Made?
) throws(CryptographyFailure) -> Made {
    var reason = FailureReason()
    if let made = unsafe action(&reason.bytes) { return made }
    throw CryptographyFailure(description: reason.text)
}
