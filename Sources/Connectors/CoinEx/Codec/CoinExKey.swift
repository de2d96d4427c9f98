internal import Cryptography

/// The key of an account at the venue; the secret never prints and never leaves but as a signature.
public struct CoinExKey: Sendable, CustomStringConvertible, CustomReflectable {
    public let accessID: String
    private let code: HMACSHA256Key

    public init(accessID: String, secret: String) {
        self.accessID = accessID
        code = HMACSHA256Key(Array(secret.utf8))
    }

    public var description: String { "\(accessID.prefix(4))… (secret •••)" }
    public var customMirror: Mirror { Mirror(reflecting: description) }

    /// The signature of a request: of its method, its path with the query from `/v2` on, its body
    /// and its timestamp in milliseconds, exactly as they are sent.
    package func signature(
        method: String, path: String, body: String, milliseconds: Int64
    ) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(method.utf8.count + path.utf8.count + body.utf8.count + 20)
        text += method.utf8
        text += path.utf8
        text += body.utf8
        text += String(milliseconds).utf8
        return signature(of: text)
    }

    /// The signature that opens a socket's private channels.
    package func signature(milliseconds: Int64) -> String {
        signature(of: Array(String(milliseconds).utf8))
    }

    private func signature(of text: [UInt8]) -> String { hexadecimal(code.code(of: text)) }
}
