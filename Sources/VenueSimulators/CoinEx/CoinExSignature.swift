internal import Crypto
internal import FoundationEssentials
internal import TradingModel

/// The venue's signatures: HMAC-SHA256 in lower-case hexadecimal digits.
enum CoinExSignature {
    /// How old a request may be, in milliseconds; the header `X-COINEX-WINDOWTIME` replaces it.
    static let windowMilliseconds: Int64 = 5_000

    static func make(of text: String, secret: String) -> String {
        make(of: Array(text.utf8), secret: secret)
    }

    static func make(of bytes: [UInt8], secret: String) -> String {
        let key = SymmetricKey(data: Array(secret.utf8))
        return hexadecimal(HMAC<SHA256>.authenticationCode(for: bytes, using: key))
    }

    /// SHA-256 over the text and the secret behind it: the form before HMAC.
    static func makeOlder(of bytes: [UInt8], secret: String) -> String {
        hexadecimal(SHA256.hash(data: bytes + Array(secret.utf8)))
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var hex: [UInt8] = []
        for byte in bytes {
            hex.append(digits[Int(byte >> 4)])
            hex.append(digits[Int(byte & 15)])
        }
        return String(decoding: hex, as: UTF8.self)
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
