package import PlainJSON
internal import TradingModel
package import WireText

/// One thing that the venue says, over the socket or in answer to a request over HTTP.
package struct CoinutMessage: WireValue, Hashable {
    /// Of the request that it answers, or that made the order it is about, maybe long ago and on
    /// another connection; nil: market data.
    package let nonce: Nonce?
    package let content: Content

    package enum Content: Hashable {
        case heartbeat
        case login(LoginReply)
        case instruments(InstrumentList)
        case tick(InstrumentTick)
        case book(BookSnapshot)
        case change(LevelChange)
        case trades(TradeList)
        case trade(TradePush)
        case balances(BalanceList)
        case accepted(AcceptedOrder)
        case rejected(RejectedOrder)
        case filled(OwnFill)
        case cancelled(CancelledOrder)
        case cancelList(CancelList)
        case openOrders(OpenOrderList)
        case fills(FillPage)
        /// Done as asked, and there is no more to it: a subscription ended.
        case done(reply: String)
        /// The request was not carried out.
        case refused(CoinutRefusal)
        /// Nothing that is known here.
        case unknown(reply: String)
    }

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        nonce = try fields.number(Nonce.self, "nonce")
        let words = try fields.words("status")
        guard words != [] else { throw BadMessage("`status` is empty") }
        let reply = try fields.text("reply")
        let isFine = words == nil || words?.first == .fine
        switch reply {
        // These are facts about orders. They are believed by their kind: a rejection says `OK`.
        case "order_rejected": content = .rejected(try RejectedOrder(reading: json))
        case "order_accepted", "order_filled":
            guard isFine else { throw BadMessage("`\(reply ?? "")` with a status that is not OK") }
            content =
                reply == "order_filled"
                ? .filled(try OwnFill(reading: json))
                : .accepted(try AcceptedOrder(reading: json))
        case let reply where !isFine:
            content = .refused(
                CoinutRefusal(
                    reply: reply, words: words ?? [], message: try fields.text("msg"),
                    order: try fields.number(OrderNumber.self, "order_id")))
        case let reply?: content = try Self.content(reply, fields, json)
        case nil: throw BadMessage("`reply` is missing")
        }
    }

    private static func content(
        _ reply: String, _ fields: Fields, _ json: JSON
    ) throws -> Content {
        switch reply {
        case "hb": .heartbeat
        case "login": .login(try LoginReply(reading: json))
        case "inst_list": .instruments(try InstrumentList(reading: json))
        case "inst_tick" where fields.has("trans_id"):
            .tick(try InstrumentTick(reading: json))
        // A book without its sides is none, and must not pass for an empty one.
        case "inst_order_book" where fields.has("buy") || fields.has("sell"):
            .book(try BookSnapshot(reading: json))
        case "inst_trade" where fields.has("trades"): .trades(try TradeList(reading: json))
        case "inst_tick", "inst_order_book", "inst_trade": .done(reply: reply)
        case "inst_order_book_update": .change(try LevelChange(reading: json))
        case "inst_trade_update": .trade(try TradePush(reading: json))
        case "user_balance": .balances(try BalanceList(reading: json))
        case "cancel_order": .cancelled(try CancelledOrder(reading: json))
        case "cancel_orders": .cancelList(try CancelList(reading: json))
        case "user_open_orders": .openOrders(try OpenOrderList(reading: json))
        case "trade_history": .fills(try FillPage(reading: json))
        default: .unknown(reply: reply)
        }
    }
}

/// All that one frame, or one answer over HTTP, says.
///
/// Mostly one message; a batch of orders is answered with a list, and one order with several where
/// it fills.
package struct CoinutFrame: WireValue, Hashable {
    package let messages: [CoinutMessage]
    /// What stands in a list and cannot be read: the others are facts all the same.
    package let unread: [BadMessage]

    package init(reading json: JSON) throws {
        guard let items = json.items else {
            messages = [try CoinutMessage(reading: json)]
            unread = []
            return
        }
        var messages: [CoinutMessage] = []
        var unread: [BadMessage] = []
        for item in items {
            do {
                messages.append(try CoinutMessage(reading: item))
            } catch {
                unread.append(error as? BadMessage ?? BadMessage("\(error)"))
            }
        }
        self.messages = messages
        self.unread = unread
    }

    /// Reads a frame's bytes, or an answer's body.
    package init(parsing bytes: [UInt8]) throws(BadMessage) {
        self = try readJSON(CoinutFrame.self, bytes)
    }
}
