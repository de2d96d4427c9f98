internal import WireText

/// The requests over a socket, as text.
package enum SocketRequests {
    /// The venue drops, without a word, who is not heard of in this way; pings of the protocol it does not bear.
    package static func ping(seconds: Int64) -> String { "{\"op\":\"ping\",\"ping\":\(seconds)}" }

    /// - Parameter seconds: since 1970; requests over HTTP count milliseconds.
    package static func login(_ key: BitunixKey, nonce: String, seconds: Int64) -> String {
        let sign = key.signature(nonce: nonce, timestamp: String(seconds))
        return "{\"op\":\"login\",\"args\":[{\"apiKey\":\(quoted(key.apiKey)),"
            + "\"timestamp\":\(seconds),\"nonce\":\(quoted(nonce)),\"sign\":\(quoted(sign))}]}"
    }

    /// A channel of the account.
    package static func subscribe(privately channel: String) -> String {
        request("subscribe", ["{\"ch\":\(quoted(channel))}"])
    }

    package static func subscribe(_ channel: String, markets: [String]) -> String {
        request("subscribe", markets.map { entry(channel, $0) })
    }

    package static func unsubscribe(_ channel: String, markets: [String]) -> String {
        request("unsubscribe", markets.map { entry(channel, $0) })
    }

    private static func entry(_ channel: String, _ market: String) -> String {
        "{\"symbol\":\(quoted(market)),\"ch\":\(quoted(channel))}"
    }

    private static func request(_ op: String, _ entries: [String]) -> String {
        "{\"op\":\"\(op)\",\"args\":[\(entries.joined(separator: ","))]}"
    }
}
