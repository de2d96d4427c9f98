internal import Cryptography

/// A text that only the venue may read; it never prints.
package struct HiddenText: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    package let text: String
    package init(_ text: String) { self.text = text }
    package var description: String { "•••" }
    package var customMirror: Mirror { Mirror(reflecting: description) }
}

/// The API key of an account; it never prints and never leaves but as a signature.
public struct CoinutKey: Sendable, CustomStringConvertible, CustomReflectable {
    public let username: String
    private let code: HMACSHA256Key

    /// - Parameter key: as the venue shows it, hyphens included: it is used as text.
    public init(username: String, key: String) {
        self.username = username
        code = HMACSHA256Key(Array(key.utf8))
    }

    public var description: String { "\(username) (key •••)" }
    public var customMirror: Mirror { Mirror(reflecting: description) }

    /// The signature of a request over HTTP: of its body alone, exactly as it is sent.
    package func signature(of body: String) -> String {
        hexadecimal(code.code(of: Array(body.utf8)))
    }

    /// The signature that logs a socket in.
    ///
    /// - Parameter seconds: the time since 1970.
    package func signature(nonce: Nonce, seconds: Int64) -> String {
        signature(of: "\(username)|\(seconds)|\(nonce)")
    }
}

/// The three ways to log a socket in.
package enum CoinutLogin: Sendable {
    /// The way for a program, each time anew. It asks for no one-time password.
    case key(CoinutKey, seconds: Int64)
    /// By the id that a login got, for up to an hour after its connection fell.
    case session(username: String, HiddenText)
    /// The one-time password where two-factor authentication is on.
    case password(username: String, HiddenText, oneTime: HiddenText?)
}
