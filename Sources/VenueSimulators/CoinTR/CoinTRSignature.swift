internal import Cryptography
internal import TradingModel

/// The venue's signatures, made in two steps: a key of the half minute, and with it the text's.
enum CoinTRSignature {
    /// How far a stamp may be from now, in milliseconds.
    static let windowMilliseconds: Int64 = 30_000

    /// - Parameter bucket: the half minute, counted since 1970.
    static func make(
        of text: [UInt8], secret: String, bucket: Int64, isRaw: Bool
    ) -> String {
        let first = HMACSHA256Key(Array(secret.utf8)).code(of: Array(String(bucket).utf8))
        let key = isRaw ? Array(first) : Array(hexadecimal(first).utf8)
        return hexadecimal(HMACSHA256Key(key).code(of: text))
    }

    static func bucket(_ milliseconds: Int64) -> Int64 { milliseconds / windowMilliseconds }

    static func isFresh(_ milliseconds: Int64, at time: Timestamp) -> Bool {
        let (distance, overflow) = (time.nanoseconds / 1_000_000)
            .subtractingReportingOverflow(milliseconds)
        return !overflow && distance.magnitude <= UInt64(windowMilliseconds)
    }
}

extension CoinTRSimulator {
    /// Whether a text was signed for this time with an account's secret.
    func isSigned(
        _ text: [UInt8], _ signature: String, milliseconds: Int64, _ account: ExchangeAccount
    ) -> Bool {
        let own = CoinTRSignature.bucket(now.nanoseconds / 1_000_000)
        let buckets =
            settings.quirks.serverBuckets
            ? [own, own - 1] : [CoinTRSignature.bucket(milliseconds)]
        return buckets.contains { bucket in
            signature
                == CoinTRSignature.make(
                    of: text, secret: account.settings.secret, bucket: bucket,
                    isRaw: settings.quirks.rawKeys)
        }
    }
}
