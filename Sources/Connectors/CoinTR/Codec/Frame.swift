package import AccountSession
package import PlainJSON
package import TradingModel
package import WireText

/// What a push is: the state of now, or what changed since.
package enum PushAction: Hashable, Sendable {
    /// The state, once behind a subscription; one that the venue sends because it lost something is
    /// no different.
    case whole
    case update

    /// - Parameter word: nil: not said, as of books, which are always whole.
    init(_ word: String?) { self = word == "UPDATE" ? .update : .whole }
}

/// The answer to a request over the socket; which one it answers only its turn says.
package struct SocketReply: Hashable {
    package enum Event: Hashable {
        case auth
        case subscribe
        case unsubscribe
        case error
        case other(String)
    }
    package let event: Event
    package let channel: String?
    package let instrument: String?
    /// Nil: done as asked.
    package let refusal: CoinTRRefusal?
}

/// What the venue tells by itself.
package struct Push {
    package enum Content {
        case book(WireBook)
        case touch(WireTouch)
        case trades([PublicTrade])
        case figures(WireFigures)
        case candles([WireCandle])
        case balances([WireBalance])
        case orders([WireOrder])
        case fills([WireFill])
        case positions([WirePosition])
        case unknown
    }

    package let channel: String
    package let segment: Segment
    package let instrument: String?
    package let action: PushAction
    /// When it was made; where only the second is said it is that second's beginning.
    package let time: Timestamp?
    /// The same, nil where only the second is said.
    package let preciseTime: Timestamp?
    package let content: Content
}

/// A whole message of the socket, read the slow and checked way.
package enum Frame: WireValue {
    case reply(SocketReply)
    case push(Push)

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        if let event = try fields.text("event") {
            self = .reply(try Self.reply(event.lowercased(), fields))
        } else {
            self = .push(try Push(try fields.need("channel").lowercased(), fields))
        }
    }

    package init(parsing bytes: [UInt8]) throws(BadMessage) {
        self = try readJSON(Lowered<Frame>.self, bytes).value
    }

    private static func reply(_ event: String, _ fields: Fields) throws -> SocketReply {
        let code = try fields.text("code") ?? (event == "error" ? "unknown" : "0")
        return SocketReply(
            event: Self.event(event), channel: try fields.text("channel")?.lowercased(),
            instrument: try? fields.decode(Arguments.self, "args").instrument,
            refusal: code == "0"
                ? nil
                : CoinTRRefusal(code: code, message: (try? fields.text("msg", "message")) ?? ""))
    }

    private static func event(_ word: String) -> SocketReply.Event {
        switch word {
        case "auth": .auth
        case "subscribe": .subscribe
        case "unsubscribe": .unsubscribe
        case "error": .error
        default: .other(word)
        }
    }
}

/// What a reply repeats of a request.
private struct Arguments: WireValue {
    let instrument: String?
    init(reading json: JSON) throws {
        instrument = try Fields(json.items?.first ?? json).text("instid")?.uppercased()
    }
}

extension Push {
    fileprivate init(_ channel: String, _ fields: Fields) throws {
        self.channel = channel
        // Of the account's news the part behind the sign says what they are of.
        let name = channel.split(separator: "@").last.map { String($0) } ?? channel
        segment = name.hasSuffix("_spot") ? .spot : .futures
        instrument = try fields.text("instid")?.uppercased()
        action = PushAction(try fields.word("action"))
        time = try fields.time("ptime")
        preciseTime = try fields.preciseTime("ptime")
        content =
            switch name {
            case "books_spot", "books_perp": .book(try fields.decode(WireBook.self, "data"))
            case "mini_books_spot", "mini_books_perp":
                .touch(try fields.decode(WireTouch.self, "data"))
            case "trades_spot", "trades_perp":
                .trades(try fields.decode(List<PublicTrade>.self, "data").elements)
            case "market_perp": .figures(try fields.decode(WireFigures.self, "data"))
            case "kline_spot", "kline_perp": .candles(try fields.list(WireCandle.self, "data"))
            case "balance_spot", "balance_perp":
                .balances(try fields.decode(BalanceList.self, "data").elements)
            case "orders_spot", "orders_perp":
                .orders(try fields.decode(List<WireOrder>.self, "data").elements)
            case "fills_spot", "fills_perp":
                .fills(try fields.decode(List<WireFill>.self, "data").elements)
            case "positions_perp":
                .positions(try fields.decode(List<WirePosition>.self, "data").elements)
            default: .unknown
            }
    }
}
