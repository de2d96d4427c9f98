internal import WireText

/// The requests over a socket, as text.
package enum SocketRequests {
    package static func ping(_ id: Int64) -> String { request("server.ping", "{}", id) }

    package static func sign(_ id: Int64, _ key: CoinExKey, milliseconds: Int64) -> String {
        request(
            "server.sign",
            "{\"access_id\":\(quoted(key.accessID)),"
                + "\"signed_str\":\(quoted(key.signature(milliseconds: milliseconds))),"
                + "\"timestamp\":\(milliseconds)}", id)
    }

    /// Subscribes a channel to these markets, or all of them where the list is empty.
    package static func subscribe(_ channel: String, markets: [String], _ id: Int64) -> String {
        request("\(channel).subscribe", list("market_list", markets), id)
    }

    package static func unsubscribe(_ channel: String, markets: [String], _ id: Int64) -> String {
        request("\(channel).unsubscribe", list("market_list", markets), id)
    }

    /// All currencies: a long list of names makes the venue close the socket.
    package static func subscribeBalances(_ id: Int64) -> String {
        request("balance.subscribe", list("ccy_list", []), id)
    }

    package struct DepthEntry: Hashable {
        package let market: String
        package let levels: Int
        /// Whole books at every push rather than changes.
        package let isFull: Bool
        package init(market: String, levels: Int, isFull: Bool) {
            self.market = market
            self.levels = levels
            self.isFull = isFull
        }
    }

    package static func subscribeDepth(_ entries: [DepthEntry], _ id: Int64) -> String {
        let rows = entries.map { "[\(quoted($0.market)),\($0.levels),\"0\",\($0.isFull)]" }
        return request(
            "depth.subscribe", "{\"market_list\":[\(rows.joined(separator: ","))]}", id)
    }

    private static func list(_ name: String, _ values: [String]) -> String {
        "{\"\(name)\":[\(values.map(quoted).joined(separator: ","))]}"
    }

    private static func request(_ method: String, _ params: String, _ id: Int64) -> String {
        "{\"method\":\"\(method)\",\"params\":\(params),\"id\":\(id)}"
    }
}
