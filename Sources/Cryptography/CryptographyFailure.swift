private import CCrypto

/// Why a key cannot be used or nothing signed with it; no part of the key stands in it.
public struct CryptographyFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
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
    var reason = [CChar](repeating: 0, count: CRYPTO_REASON_SIZE)
    if let made = unsafe action(&reason) { return made }
    let text = reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    throw CryptographyFailure(description: String(decoding: text, as: UTF8.self))
}
