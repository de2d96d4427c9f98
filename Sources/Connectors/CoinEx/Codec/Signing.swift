internal import Crypto

/// The key of an account at the venue; the secret never prints and never leaves but as a signature.
public struct CoinExKey: Sendable, CustomStringConvertible, CustomReflectable {
    public let accessID: String
    private let secret: String

    public init(accessID: String, secret: String) {
        self.accessID = accessID
        self.secret = secret
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
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(text.utf8), using: SymmetricKey(data: Array(secret.utf8)))
        return hexadecimal(code)
    }
}

private func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
