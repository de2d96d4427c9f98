internal import VenueSessions

/// What is spoken inside a WebSocket: offered by the client, chosen by the server.
///
/// Source: RFC 6455, sections 4.1 and 11.3.4.
enum Subprotocols {
    static let header = "Sec-WebSocket-Protocol"

    /// - Throws: ``TransportProblem`` where the names could not be told apart, or would change the
    ///   request that they stand in.
    static func check(_ offered: [String]) throws(TransportProblem) {
        let areTokens = offered.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isOfToken) }
        guard areTokens, Set(offered).count == offered.count else {
            throw TransportProblem(.other, "the subprotocols cannot be offered: \(offered)")
        }
    }

    /// A server that chooses none of those that were offered does not speak what we would send it.
    ///
    /// - Throws: ``TransportProblem`` then, and where it chooses what was not offered.
    static func checkChoice(
        _ chosen: some Collection<Substring>, of offered: [String]
    ) throws(TransportProblem) {
        guard let first = chosen.first else {
            guard !offered.isEmpty else { return }
            let names = offered.joined(separator: ", ")
            throw TransportProblem(
                .other, "the venue chose none of the subprotocols that were offered: \(names)")
        }
        guard chosen.count == 1, offered.contains(String(first)) else {
            throw TransportProblem(
                .other, "the venue chose a subprotocol that was not offered: \(quoted(first.utf8))")
        }
    }

    /// Source: RFC 9110, section 5.6.2.
    private static func isOfToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
