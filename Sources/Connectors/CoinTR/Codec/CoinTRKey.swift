internal import Cryptography

/// The key of an account at the venue; the secret never prints and never leaves but as a signature.
///
/// A signature is made in two steps: of the half minute a key is made, and with that the text is signed.
public struct CoinTRKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// What the first step makes of its digest: the venue's pages do not say.
    ///
    /// Source: the one public client, and a venue with the same scheme, sign with the hexadecimal digits.
    public enum InnerKey: Hashable, Sendable {
        case hexadecimal
        case raw
    }

    public let id: String
    private let outer: HMACSHA256Key
    private let inner: InnerKey

    public init(id: String, secret: String, inner: InnerKey = .hexadecimal) {
        self.id = id
        self.inner = inner
        outer = HMACSHA256Key(Array(secret.utf8))
    }

    public var description: String { "\(id.prefix(4))… (secret •••)" }
    public var customMirror: Mirror { Mirror(reflecting: description) }

    /// The signature of a request: of its query without the question mark, and its body right behind
    /// it, exactly as they are sent.
    ///
    /// - Parameter milliseconds: the very number that the query has as its `timestamp`.
    package func signature(query: String, body: String = "", milliseconds: Int64) -> String {
        let bucket = milliseconds / Self.bucketMilliseconds
        let digest = outer.code(of: Array(String(bucket).utf8))
        var text: [UInt8] = []
        text.reserveCapacity(query.utf8.count + body.utf8.count)
        text += query.utf8
        text += body.utf8
        let key =
            switch inner {
            case .hexadecimal: HMACSHA256Key(Array(hexadecimal(digest).utf8))
            case .raw: HMACSHA256Key(Array(digest))
            }
        return hexadecimal(key.code(of: text))
    }

    /// What signs in on a socket: the signature of nothing but the time.
    package func signature(milliseconds: Int64) -> String {
        signature(query: "timestamp=\(milliseconds)", milliseconds: milliseconds)
    }

    private static let bucketMilliseconds: Int64 = 30_000
}
