internal import Cryptography
internal import TradingModel

/// The venue's signatures: HMAC-SHA256 in lower-case hexadecimal digits.
enum CoinExSignature {
    /// How old a request may be, in milliseconds; the header `X-COINEX-WINDOWTIME` replaces it.
    static let windowMilliseconds: Int64 = 5_000

    static func make(of text: String, secret: String) -> String {
        make(of: Array(text.utf8), secret: secret)
    }

    static func make(of bytes: [UInt8], secret: String) -> String {
        hexadecimal(HMACSHA256Key(Array(secret.utf8)).code(of: bytes))
    }

    /// SHA-256 over the text and the secret behind it: the form before HMAC.
    static func makeOlder(of bytes: [UInt8], secret: String) -> String {
        hexadecimal(SHA256.digest(of: bytes + Array(secret.utf8)))
    }

    /// Whether a stamp is no further from now than the window, in either direction.
    static func isFresh(
        _ milliseconds: Int64, at time: Timestamp, window: Int64 = windowMilliseconds
    ) -> Bool {
        let (distance, overflow) = (time.nanoseconds / 1_000_000)
            .subtractingReportingOverflow(milliseconds)
        return !overflow && distance.magnitude <= UInt64(max(0, window))
    }
}
