internal import Crypto

/// The key of an account at the venue; the secret never prints and never leaves but as a signature.
public struct CoinExKey: Sendable, CustomStringConvertible, CustomReflectable {
    public let accessID: String
    /// The code after the secret alone, from which every signature goes on.
    private let begun: HMAC<SHA256>

    public init(accessID: String, secret: String) {
        self.accessID = accessID
        begun = HMAC(key: SymmetricKey(data: Array(secret.utf8)))
    }

    public var description: String { "\(accessID.prefix(4))… (secret •••)" }
    public var customMirror: Mirror { Mirror(reflecting: description) }

    /// The signature of a request: of its method, its path with the query from `/v2` on, its body
    /// and its timestamp in milliseconds, exactly as they are sent.
    package func signature(
        method: String, path: String, body: String, milliseconds: Int64
    ) -> String {
        signature(of: method + path + body + String(milliseconds))
    }

    /// The signature that opens a socket's private channels.
    package func signature(milliseconds: Int64) -> String { signature(of: String(milliseconds)) }

    private func signature(of text: String) -> String {
        var code = begun
        code.update(data: Array(text.utf8))
        return hexadecimal(code.finalize())
    }
}

private func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in bytes {
        text.append(digit(byte >> 4))
        text.append(digit(byte & 15))
    }
    return String(decoding: text, as: UTF8.self)
}

private func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
}
