package import AccountSession
package import TradingModel
package import VenueSessions
internal import WireText

package typealias CoinTRRequest = VenueRequest

extension VenueRequest {
    /// The whole call, signed where it needs it, for this time of the venue.
    ///
    /// The number in the query and the one that the signature's key is made of are the same, taken once.
    package func call(_ key: CoinTRKey?, milliseconds: Int64) -> HTTPCall {
        var headers: [HTTPHeader] = []
        if !body.isEmpty { headers.append(HTTPHeader("Content-Type", "application/json")) }
        var path = path
        if isSigned, let key {
            path +=
                (path.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + "timestamp=\(milliseconds)"
            let query = String(path.drop { $0 != "?" }.dropFirst())
            let sign = key.signature(query: query, body: body, milliseconds: milliseconds)
            headers.append(HTTPHeader("X-COINTR-APIKEY", key.id))
            headers.append(HTTPHeader("X-COINTR-SIGN", sign))
        }
        return HTTPCall(
            method: method, path: path, headers: headers, body: body, group: group,
            isOrder: isOrder, sendWithin: isSigned ? Self.signatureLife : nil)
    }

    /// The venue refuses what was signed half a minute ago, and an order would meet another market long
    /// before.
    private static var signatureLife: Int64 { 5_000_000_000 }
}

/// The venue's limits, which nobody has written down: what the one public client keeps to, and a
/// smaller share of its own for orders.
package enum CoinTRLimits {
    package static let orders = EndpointGroup("cointr orders")
    package static let requests = EndpointGroup("cointr requests")
    package static let rates: [EndpointGroup: Int] = [orders: 5, requests: 10]

    /// The most rows of a page.
    package static let pageSize = 100
    /// The most cancels of one request.
    package static let batchSize = 20
    /// Seconds behind which nothing of an order may be sent again: the venue would take it twice.
    package static let idLife: Int64 = 60
}

extension Segment {
    /// How paths name it.
    package var pathName: String { self == .spot ? "spot" : "futures" }
    /// How channels end.
    package var suffix: String { self == .spot ? "spot" : "perp" }
}

/// The requests of the venue, byte for byte.
package enum CoinTRRequests {
    // MARK: - Public

    package static func instruments(_ segment: Segment) -> CoinTRRequest {
        open(segment, "public/instruments", [])
    }
    package static func ticker(_ segment: Segment, _ name: String) -> CoinTRRequest {
        open(segment, "market/tickers", [("instId", name)])
    }

    /// Of all markets.
    package static func tickers(_ segment: Segment) -> CoinTRRequest {
        open(segment, "market/tickers", [])
    }

    private static func open(
        _ segment: Segment, _ name: String, _ query: [(String, String)]
    ) -> CoinTRRequest {
        CoinTRRequest(
            method: "GET", path: path("/v1/\(segment.pathName)/\(name)", query),
            group: CoinTRLimits.requests, isSigned: false)
    }

    // MARK: - Account

    package static func balances(_ segment: Segment) -> CoinTRRequest {
        signed(segment == .spot ? "/v1/spot/asset/balance" : "/v1/futures/account/balance", [])
    }
    package static func fees(_ segment: Segment, _ name: String) -> CoinTRRequest {
        signed("/v1/\(segment.pathName)/account/trade-fee", [("instIds", name)])
    }
    /// Of these markets: the venue takes no question for all.
    package static func positions(_ names: [String]) -> CoinTRRequest {
        signed("/v1/futures/account/positions", [("instIds", names.joined(separator: ","))])
    }
    package static let positionMode = signed("/v1/futures/account/config", [])
    /// Sets leverage and margin mode of a market, which are one setting.
    package static func leverage(
        _ name: String, times: Int, isIsolated: Bool
    ) -> CoinTRRequest {
        var body = ObjectText()
        body.add("instId", name)
        body.add("lever", String(times))
        body.add("mgnMode", isIsolated ? "ISOLATED" : "CROSS")
        return post("/v1/futures/trade/set-config", body.finished())
    }

    // MARK: - Questions about orders

    /// Those that stand; without a name in all markets.
    package static func activeOrders(_ segment: Segment, _ name: String? = nil) -> CoinTRRequest {
        trade(segment, "orders-active", name.map { [("instId", $0)] } ?? [])
    }
    /// One that stands, or ended and was made within two hours.
    package static func order(_ segment: Segment, id: String) -> CoinTRRequest {
        trade(segment, "orders-recent", [("ordIds", id)])
    }
    package static func order(_ segment: Segment, clientID: String) -> CoinTRRequest {
        trade(segment, "orders-recent", [("clOrdIds", clientID)])
    }
    /// Those that filled, in part or whole, behind a time; the window's end is set when it leaves.
    package static func filledOrders(
        _ segment: Segment, _ name: String, id: String?, since: Timestamp?
    ) -> CoinTRRequest {
        trade(
            segment, "orders-filled",
            [("instId", name)] + (id.map { [("ordIds", $0)] } ?? []) + window(since))
    }
    /// Executions of a market, whatever order they are of.
    package static func fills(
        _ segment: Segment, _ name: String, since: Timestamp?
    ) -> CoinTRRequest {
        trade(segment, "fills", [("instId", name)] + window(since))
    }

    /// From a time on, to one that is set when it leaves; of a time before the venue's none is said.
    private static func window(_ since: Timestamp?) -> [(String, String)] {
        let start = (since?.nanoseconds ?? 0) / 1_000_000
        return (start > firstMillisecond ? [("startTime", String(start))] : [])
            + [("limit", String(CoinTRLimits.pageSize)), ("endTime", "")]
    }

    private static func trade(
        _ segment: Segment, _ name: String, _ query: [(String, String)]
    ) -> CoinTRRequest { signed("/v1/\(segment.pathName)/trade/\(name)", query) }

    // MARK: - Forms

    private static func signed(_ name: String, _ query: [(String, String)]) -> CoinTRRequest {
        CoinTRRequest(method: "GET", path: path(name, query), group: CoinTRLimits.requests)
    }

    static func post(
        _ path: String, _ body: String, _ group: EndpointGroup = CoinTRLimits.requests,
        isOrder: Bool = false
    ) -> CoinTRRequest {
        CoinTRRequest(method: "POST", path: path, body: body, group: group, isOrder: isOrder)
    }

    private static func path(_ path: String, _ query: [(String, String)]) -> String {
        guard !query.isEmpty else { return path }
        return path + "?"
            + query.map { "\($0.0)=\(encoded($0.1))" }.joined(separator: "&")
    }
}

extension CoinTRRequests {
    /// Encoded once, before it is signed: nothing behind this encodes it again.
    package static func encoded(_ text: String) -> String {
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
}
