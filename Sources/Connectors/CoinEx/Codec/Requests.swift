package import AccountSession
package import TradingModel
package import VenueSessions
internal import WireText

package typealias CoinExRequest = VenueRequest

extension VenueRequest {
    /// The whole call, with signature where it needs one.
    package func call(_ key: CoinExKey?, milliseconds: Int64) -> HTTPCall {
        var headers: [HTTPHeader] = []
        if !body.isEmpty { headers.append(HTTPHeader("Content-Type", "application/json")) }
        if isSigned, let key {
            let sign = key.signature(
                method: method, path: path, body: body, milliseconds: milliseconds)
            headers.append(HTTPHeader("X-COINEX-KEY", key.accessID))
            headers.append(HTTPHeader("X-COINEX-SIGN", sign))
            headers.append(HTTPHeader("X-COINEX-TIMESTAMP", String(milliseconds)))
        }
        return HTTPCall(
            method: method, path: path, headers: headers, body: body, group: group,
            isOrder: isOrder, sendWithin: isSigned ? Self.signatureLife : nil)
    }

    /// The venue refuses what was signed longer ago.
    private static var signatureLife: Int64 { 5_000_000_000 }
}

/// The venue's groups of endpoints, each with its limit.
package enum EndpointGroups {
    package enum Kind: String, CaseIterable {
        case place
        case cancel
        case bulkCancel
        case orderQuery
        case orderHistory
        case accountQuery
        /// Of all public endpoints together; the venue limits them by address.
        case market
    }

    package static func group(_ kind: Kind, _ segment: Segment) -> EndpointGroup {
        (segment == .spot ? spot : futures)[kind] ?? EndpointGroup(kind.rawValue)
    }

    private static let spot = groups(.spot)
    private static let futures = groups(.futures)

    private static func groups(_ segment: Segment) -> [Kind: EndpointGroup] {
        Dictionary(uniqueKeysWithValues: Kind.allCases.map { ($0, newGroup($0, segment)) })
    }

    private static func newGroup(_ kind: Kind, _ segment: Segment) -> EndpointGroup {
        // Whether the venue counts questions about the account apart for spot and futures is not clear.
        kind == .accountQuery
            ? EndpointGroup(kind.rawValue) : EndpointGroup("\(segment.rawValue) \(kind.rawValue)")
    }

    /// Units a second by the venue's table.
    ///
    /// Public endpoints have only the limit of an address, 400 a second over everything; a session
    /// needs few and leaves room for others. Where two sources differ the lower number holds.
    package static let rates: [EndpointGroup: Int] = {
        let table: [(Kind, spot: Int, futures: Int)] = [
            (.place, 30, 20), (.cancel, 60, 40), (.bulkCancel, 40, 20), (.orderQuery, 50, 50),
            (.orderHistory, 10, 10), (.accountQuery, 10, 10), (.market, 50, 50),
        ]
        var rates: [EndpointGroup: Int] = [:]
        for row in table {
            rates[group(row.0, .spot)] = row.spot
            rates[group(row.0, .futures)] = row.futures
        }
        return rates
    }()
}

/// The requests of the venue, byte for byte.
package enum CoinExRequests {
    /// The most rows of a page.
    package static let pageSize = 100

    // MARK: - Public

    package static let time = CoinExRequest(
        method: "GET", path: "/v2/time", group: EndpointGroups.group(.market, .spot),
        isSigned: false)

    package static func markets(_ segment: Segment) -> CoinExRequest {
        open(segment, "market")
    }
    package static func fundingRate(_ market: String) -> CoinExRequest {
        open(.futures, "funding-rate", [("market", market)])
    }

    private static func open(
        _ segment: Segment, _ name: String, _ query: [(String, String)] = []
    ) -> CoinExRequest {
        CoinExRequest(
            method: "GET", path: path("/v2/\(segment.rawValue)/\(name)", query),
            group: EndpointGroups.group(.market, segment), isSigned: false)
    }

    // MARK: - Account

    package static func balances(_ segment: Segment) -> CoinExRequest {
        signed("/v2/assets/\(segment.rawValue)/balance", [], .accountQuery, segment)
    }
    package static func fees(_ segment: Segment, _ market: String) -> CoinExRequest {
        signed(
            "/v2/account/trade-fee-rate",
            [("market", market), ("market_type", segment.marketType)], .accountQuery, segment)
    }
    package static func positions(page: Int) -> CoinExRequest {
        signed(
            "/v2/futures/pending-position", [("market_type", "FUTURES")] + paging(page),
            .accountQuery, .futures)
    }
    /// What the positions of a market paid and received at settlements, newest first.
    package static func positionFunding(_ market: String, since: Timestamp) -> CoinExRequest {
        signed(
            "/v2/futures/position-funding-history",
            [
                ("market", market), ("market_type", "FUTURES"),
                ("start_time", String(since.nanoseconds / 1_000_000)),
            ] + paging(1), .accountQuery, .futures)
    }
    /// Sets margin mode and leverage of a market, which are one setting.
    package static func leverage(
        _ market: String, mode: String, leverage: Int
    ) -> CoinExRequest {
        post(
            "/v2/futures/adjust-position-leverage",
            "{\"market\":\(quoted(market)),\"market_type\":\"FUTURES\","
                + "\"margin_mode\":\(quoted(mode)),\"leverage\":\(leverage)}", .place, .futures)
    }

    // MARK: - Order queries

    package static func pendingOrders(
        _ segment: Segment, market: String? = nil, clientID: String? = nil, page: Int
    ) -> CoinExRequest {
        signed(
            "/v2/\(segment.rawValue)/pending-order",
            filter(segment, market, clientID) + paging(page), .orderQuery, segment)
    }
    package static func finishedOrders(
        _ segment: Segment, market: String, clientID: String, page: Int
    ) -> CoinExRequest {
        signed(
            "/v2/\(segment.rawValue)/finished-order",
            filter(segment, market, clientID) + paging(page), .orderHistory, segment)
    }
    package static func pendingStops(
        _ segment: Segment, market: String? = nil, clientID: String? = nil, page: Int
    ) -> CoinExRequest {
        signed(
            "/v2/\(segment.rawValue)/pending-stop-order",
            filter(segment, market, clientID) + paging(page), .orderQuery, segment)
    }
    package static func finishedStops(
        _ segment: Segment, market: String, clientID: String, page: Int
    ) -> CoinExRequest {
        signed(
            "/v2/\(segment.rawValue)/finished-stop-order",
            filter(segment, market, clientID) + paging(page), .orderHistory, segment)
    }
    package static func orderStatus(
        _ segment: Segment, _ market: String, _ id: Int64
    ) -> CoinExRequest {
        signed(
            "/v2/\(segment.rawValue)/order-status",
            [("market", market), ("order_id", String(id))], .orderQuery, segment)
    }
    package static func orderDeals(
        _ segment: Segment, _ market: String, _ id: Int64, page: Int
    ) -> CoinExRequest {
        signed(
            "/v2/\(segment.rawValue)/order-deals",
            [
                ("market", market), ("market_type", segment.marketType), ("order_id", String(id)),
            ] + paging(page), .orderHistory, segment)
    }
    package static func userDeals(
        _ segment: Segment, _ market: String, since: Timestamp, page: Int
    ) -> CoinExRequest {
        signed(
            "/v2/\(segment.rawValue)/user-deals",
            [
                ("market", market), ("market_type", segment.marketType),
                ("start_time", String(since.nanoseconds / 1_000_000)),
            ] + paging(page), .orderHistory, segment)
    }

    private static func filter(
        _ segment: Segment, _ market: String?, _ clientID: String?
    ) -> [(String, String)] {
        (market.map { [("market", $0)] } ?? []) + [("market_type", segment.marketType)]
            + (clientID.map { [("client_id", $0)] } ?? [])
    }

    private static func paging(_ page: Int) -> [(String, String)] {
        [("page", String(page)), ("limit", String(pageSize))]
    }

    // MARK: - Forms

    private static func signed(
        _ name: String, _ query: [(String, String)], _ kind: EndpointGroups.Kind,
        _ segment: Segment
    ) -> CoinExRequest {
        CoinExRequest(
            method: "GET", path: path(name, query), group: EndpointGroups.group(kind, segment))
    }

    static func post(
        _ path: String, _ body: String, _ kind: EndpointGroups.Kind, _ segment: Segment,
        units: Int = 1, isOrder: Bool = false
    ) -> CoinExRequest {
        CoinExRequest(
            method: "POST", path: path, body: body,
            group: EndpointGroups.group(kind, segment), units: units, isOrder: isOrder)
    }

    private static func path(_ path: String, _ query: [(String, String)]) -> String {
        guard !query.isEmpty else { return path }
        return path + "?"
            + query.map { "\($0.0)=\(percentEncoded($0.1))" }.joined(separator: "&")
    }
}

/// Encoded once, before it is signed: nothing behind this encodes it again.
func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."), UInt8(ascii: "~"):
            bytes.append(byte)
        default:
            bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
