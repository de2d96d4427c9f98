internal import Cryptography
internal import PlainJSON
internal import TradingModel

/// The venue's signatures: SHA-256 twice, the first digest as its hexadecimal digits.
enum BitunixSignature {
    /// How old a request may be, in milliseconds; what lies ahead is borne.
    static let windowMilliseconds: Int64 = 60_000

    /// - Parameters:
    ///   - query: the parameters as they came, which go in by name and without anything between them.
    ///   - body: the bytes as they came.
    static func make(
        nonce: String, timestamp: String, key: String, query: Substring, body: [UInt8],
        secret: String
    ) -> String {
        let first = Array((nonce + timestamp + key + flat(query)).utf8) + body
        let digest = hexadecimal(SHA256.digest(of: first))
        return hexadecimal(SHA256.digest(of: Array((digest + secret).utf8)))
    }

    private static func flat(_ query: Substring) -> String {
        let pairs = query.split(separator: "&").map { pair -> (name: Substring, value: Substring) in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (parts[0], parts.count == 2 ? parts[1] : "")
        }
        return pairs.filter { !$0.value.isEmpty }.sorted { $0.name < $1.name }
            .map { $0.name + $0.value }.joined()
    }

    static func isFresh(_ milliseconds: Int64, at time: Timestamp) -> Bool {
        let (age, overflow) = (time.nanoseconds / 1_000_000)
            .subtractingReportingOverflow(milliseconds)
        return !overflow && age <= windowMilliseconds
    }
}

extension ServedReply {
    /// The venue's own clock is told by no page but by this header of all.
    static func bitunix(_ body: JSON, at time: Timestamp) -> ServedReply {
        .json(body, [ServedHeader("Date", time.httpDate)])
    }
}

extension JSON {
    static func bitunix(_ data: JSON) -> JSON { ["code": 0, "data": data, "msg": "Success"] }

    /// By ISO 8601, to the nanosecond.
    static func iso(_ time: Timestamp) -> JSON { .text(UTCTime(time).iso) }

    /// Milliseconds as a text.
    static func stamp(_ time: Timestamp) -> JSON { .text(String(time.nanoseconds / 1_000_000)) }
}
