internal import Cryptography

/// The key of an account at the venue; the secret never prints and never leaves but as a signature.
public struct BitunixKey: Sendable, CustomStringConvertible, CustomReflectable {
    public let apiKey: String
    private let secret: [UInt8]

    public init(apiKey: String, secret: String) {
        self.apiKey = apiKey
        self.secret = Array(secret.utf8)
    }

    public var description: String { "\(apiKey.prefix(4))… (secret •••)" }
    public var customMirror: Mirror { Mirror(reflecting: description) }

    /// The signature of a request, or with neither query nor body that of a login.
    ///
    /// The first digest goes into the second as its text.
    ///
    /// - Parameters:
    ///   - query: the parameters as ``flattened(_:)`` has them.
    ///   - body: byte for byte as it is sent.
    package func signature(
        nonce: String, timestamp: String, query: String = "", body: String = ""
    ) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(
            nonce.utf8.count + timestamp.utf8.count + apiKey.utf8.count + query.utf8.count
                + body.utf8.count)
        text += nonce.utf8
        text += timestamp.utf8
        text += apiKey.utf8
        text += query.utf8
        text += body.utf8
        let digest = hexadecimal(SHA256.digest(of: text))
        return hexadecimal(SHA256.digest(of: Array(digest.utf8) + secret))
    }

    /// Parameters as they are signed: names and values without anything between them, by name.
    package static func flattened(_ parameters: [(name: String, value: String)]) -> String {
        parameters.sorted { $0.name < $1.name }.map { $0.name + $0.value }.joined()
    }
}

/// A number that no other request has: 32 hexadecimal digits.
///
/// Made of the session's seed, the time and what is asked, so that a session does the same again when it is
/// run again, and two requests of one moment differ.
package func wireNonce(seed: UInt64, nanoseconds: Int64, text: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    let first = mixed(seed ^ UInt64(bitPattern: nanoseconds))
    return digits(mixed(first &+ hash)) + digits(mixed(first ^ mixed(hash)))
}

/// SplitMix64's last step.
private func mixed(_ value: UInt64) -> UInt64 {
    var value = value &+ 0x9e37_79b9_7f4a_7c15
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
}

private func digits(_ value: UInt64) -> String {
    hexadecimal((0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) })
}
