internal import AccountSession
internal import TradingModel
internal import WireText

/// What is said over the socket: one request at a time, for answers have no numbers.
package enum SocketRequests {
    package static func signIn(_ key: CoinTRKey, milliseconds: Int64) -> String {
        let sign = key.signature(milliseconds: milliseconds)
        return "{\"op\":\"auth\",\"args\":{\"apiKey\":\(quoted(key.id)),"
            + "\"timestamp\":\"\(milliseconds)\",\"sign\":\"\(sign)\"}}"
    }

    /// The account's news of a product.
    package static func subscribe(privately channel: String) -> String {
        "{\"op\":\"subscribe\",\"channel\":\(quoted(channel)),\"args\":{}}"
    }

    /// What else a subscription says beside the market; its values are JSON.
    package typealias Extras = [(name: String, value: String)]

    package static func subscribe(
        _ channel: String, _ instrument: String, _ extras: Extras = []
    ) -> String { feed("subscribe", channel, instrument, extras) }

    package static func unsubscribe(
        _ channel: String, _ instrument: String, _ extras: Extras = []
    ) -> String { feed("unsubscribe", channel, instrument, extras) }

    private static func feed(
        _ operation: String, _ channel: String, _ instrument: String, _ extras: Extras
    ) -> String {
        let more = extras.map { ",\"\($0.name)\":\($0.value)" }.joined()
        return "{\"op\":\"\(operation)\",\"channel\":\(quoted(channel)),"
            + "\"args\":{\"instId\":\(quoted(instrument))\(more)}}"
    }
}
