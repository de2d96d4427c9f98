package import PlainJSON
internal import TradingModel
package import WireText

/// The answer to a request over a socket.
package struct SocketReply: Hashable {
    package let id: Int64
    /// Nil: done as asked.
    package let refusal: VenueRefusal?
}

/// What the venue tells by itself.
package enum Push {
    case depth(DepthMessage)
    case deals(DealsPush)
    case quote(BestQuote)
    case states([MarketState])
    case index(IndexPrice)
    case premium
    case order(OrderPush)
    case stop(StopPush)
    case ownDeal(WireDeal)
    case balances([WireBalance])
    case position(PositionPush)
    case maintenance(Maintenance)
    case unknown(method: String)
}

/// A whole message of a socket, read the slow and checked way.
///
/// A push has a `method`, a reply has none: nothing else tells them apart surely.
package enum Frame: WireValue {
    case reply(SocketReply)
    case push(Push)

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        guard let method = try fields.text("method") else {
            self = .reply(try Self.reply(fields))
            return
        }
        self = .push(try Self.push(method, fields))
    }

    /// Reads a frame's unpacked bytes.
    package init(parsing bytes: [UInt8]) throws(BadMessage) {
        self = try readJSON(Frame.self, bytes)
    }

    private static func reply(_ fields: Fields) throws -> SocketReply {
        let code = try fields.needInt("code")
        let message = (try? fields.text("message")) ?? ""
        return SocketReply(
            id: try fields.needInt("id"),
            refusal: code == 0 ? nil : VenueRefusal(code: Int(code), message: message))
    }

    private static func push(_ method: String, _ fields: Fields) throws -> Push {
        switch method {
        case "depth.update": .depth(try fields.decode(DepthMessage.self, "data"))
        case "deals.update": .deals(try fields.decode(DealsPush.self, "data"))
        case "bbo.update": .quote(try fields.decode(BestQuote.self, "data"))
        case "state.update":
            .states(try fields.decode(NamedList<MarketState>.self, "data").elements)
        case "index.update": .index(try fields.decode(IndexPrice.self, "data"))
        case "premium.update": .premium
        case "order.update": .order(try fields.decode(OrderPush.self, "data"))
        case "stop.update": .stop(try fields.decode(StopPush.self, "data"))
        case "user_deals.update": .ownDeal(try fields.decode(WireDeal.self, "data"))
        case "balance.update":
            .balances(try fields.decode(NamedList<WireBalance>.self, "data").elements)
        case "position.update": .position(try fields.decode(PositionPush.self, "data"))
        case "notice.update":
            .maintenance(try fields.decode(Notice.self, "data").maintenance)
        default: .unknown(method: method)
        }
    }
}

/// A list under the one name that pushes of its kind give it.
private struct NamedList<Element: ListedInPush>: WireValue {
    let elements: [Element]
    init(reading json: JSON) throws {
        elements = try Fields(json).list(Element.self, Element.listName)
    }
}

private protocol ListedInPush: WireValue {
    static var listName: String { get }
}
extension MarketState: ListedInPush {
    fileprivate static var listName: String { "state_list" }
}
extension WireBalance: ListedInPush {
    fileprivate static var listName: String { "balance_list" }
}

private struct Notice: WireValue {
    let maintenance: Maintenance
    init(reading json: JSON) throws {
        maintenance = try Fields(json).decode(Maintenance.self, "info")
    }
}
