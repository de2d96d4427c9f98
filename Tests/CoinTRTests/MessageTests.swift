import AccountSession
import CoinTR
import Testing
import TradingModel
import VenueSessions
import WireText

private func orders(_ text: String) throws -> [WireOrder] {
    try CoinTRReplies.orders(Array(text.utf8)).get().elements
}

@Suite struct `CoinTR messages` {
    // Trap 11.
    @Test(arguments: [
        #"{"code":0}"#, #"{"code":"0","msg":""}"#, #"{"code":0,"data":{},"message":"success"}"#,
        #"{"code":"0","data":null}"#, #"{"data":[],"code":0,"msg":null}"#,
    ])
    func `succeed by a code that is a number or a text, whatever else is there`(text: String) throws
    {
        let reply = try CoinTRReplies.orders(Array(text.utf8)).get()
        #expect(reply.elements.isEmpty && reply.next == nil)
    }

    @Test(arguments: [
        (#"{"code":5050,"msg":"","data":{"clOrdId":"a"}}"#, "5050", "", "a"),
        (#"{"code":"4001","message":"flags"}"#, "4001", "flags", nil),
        (#"{"code":5051,"data":[]}"#, "5051", "", nil), (#"{"code":-7}"#, "-7", "", nil),
    ])
    func `that refuse say a code, and perhaps a text and an order`(
        text: String, code: String, message: String, clientID: String?
    ) throws {
        guard case .failure(let refusal) = try CoinTRReplies.done(Array(text.utf8)) else {
            throw wrong
        }
        #expect(refusal == CoinTRRefusal(code: code, message: message, clientID: clientID))
    }

    @Test func `without a code are none`() {
        #expect(throws: BadMessage.self) { try CoinTRReplies.done(Array(#"{"data":{}}"#.utf8)) }
        #expect(throws: BadMessage.self) { try CoinTRReplies.done(Array("<html>".utf8)) }
        #expect(throws: BadMessage.self) {
            try CoinTRReplies.orders(Array(#"{"code":0,"data":7}"#.utf8))
        }
    }

    // Trap 12.
    @Test func `are read whatever the case of their names and words`() throws {
        let row = Wire.order(9, "x", filled: "0.5", state: "PARTIAL_FILLED")
        let whole = try orders(Wire.list([row]))
        let other = row.replacing("cTime", with: "ctime").replacing("uTime", with: "UTIME")
            .replacing("clOrdId", with: "clordid").replacing("BUY", with: "buy")
            .replacing("LIMIT", with: "limit").replacing("PARTIAL_FILLED", with: "partial-filled")
            .replacing("GTC", with: "gtc").replacing("LTCUSDT", with: "ltcusdt")
        #expect(try orders(Wire.list([other])) == whole)
        #expect(whole[0].state == .partlyFilled && whole[0].filled == exact("0.5"))
    }

    // Trap 13.
    @Test(arguments: ["9007199254740993", "1740030806065153", "922337203685477580"])
    func `have ids that no binary number holds`(id: String) throws {
        for text in ["\"\(id)\"", id] {
            let reply = #"{"code":0,"data":{"ordId":\#(text),"state":"submitted"}}"#
            let order = try CoinTRReplies.reference(Array(reply.utf8)).get()
            #expect(order.id == id && order.state == .submitted)
        }
        #expect(WireID(id) == .number(Int64(id) ?? 0))
    }

    // Trap 14.
    @Test func `have times in seconds and milliseconds, as numbers and as texts`() throws {
        for (text, time) in [
            ("1700000000123", Int64(1_700_000_000_123)), ("1700000000", 1_700_000_000_000),
        ] {
            let news = Wire.news("orders_spot", []).replacing("1700000003000", with: text)
            #expect(try push(Array(news.utf8)).time == milliseconds(time))
            let quoted = Wire.news("orders_spot", []).replacing(
                "1700000003000", with: "\"\(text)\"")
            #expect(try push(Array(quoted.utf8)).time == milliseconds(time))
        }
        // Of one that says the second nothing can be put in order by it.
        #expect(try push(Array(Wire.spotBalance.utf8)).preciseTime == nil)
        #expect(
            try push(Array(Wire.futuresBalance.utf8)).preciseTime == milliseconds(1_700_000_002_345)
        )
    }

    @Test(arguments: [
        ("ACCEPTED", OrderState.accepted), ("SUBMITTING", .submitting), ("SUBMITTED", .submitted),
        ("PARTIAL_FILLED", .partlyFilled), ("CANCELING", .canceling), ("CANCELED", .canceled),
        ("FILLED", .filled), ("STOPPED", .stopped), ("TRIGGERED", .triggered),
        ("EXPIRED", .expired), ("CANCELLD", .other("CANCELLD")),
    ])
    func `have states that are known, or are told as they are`(word: String, state: OrderState)
        throws
    {
        #expect(try orders(Wire.list([Wire.order(1, "a", state: word)]))[0].state == state)
    }

    // Trap 23.
    @Test func `of sales may show sizes below zero`() throws {
        let row = Wire.fill(3, of: 9, side: "SELL", size: "-4")
        let fill = try CoinTRReplies.fills(Array(Wire.list([row]).utf8)).get().elements[0]
        #expect(fill.size == exact("4") && fill.side == .sell)
    }

    // Trap 9: what others bought for money has no size.
    @Test func `of purchases for money have no size`() throws {
        let row = Wire.order(1, "a", size: "0").replacing("LIMIT", with: "MARKET")
        let order = try orders(Wire.list([row]))[0]
        #expect(order.size == nil && order.price == nil && order.cannotRest)
    }

    // Trap 19.
    @Test func `of balances are a list, or hold one`() throws {
        guard case .balances(let spot) = try content(Wire.spotBalance),
            case .balances(let futures) = try content(Wire.futuresBalance)
        else { throw wrong }
        #expect(spot.map(\.total) == [exact("4")] && spot[0].available == exact("3.5"))
        // What positions would gain is nobody's yet.
        #expect(futures.map(\.total) == [exact("1000")] && futures[0].available == exact("900"))
        let list =
            #"{"code":0,"data":[{"acctid":"7","ccy":"USDT","totalEq":"9","cashBal":8,"#
            + #""freeBal":"7","ordIMR":"1","details":[{"posId":"1","eq":"2"}]}]}"#
        #expect(
            try CoinTRReplies.balances(Array(list.utf8)).get().map(\.total) == [exact("8")])
        let old =
            #"{"code":0,"data":[{"acctId":"7","details":[{"ccy":"LTC","bal":"3","availBal":"1","#
            + #""frozenBal":"2"}]}]}"#
        #expect(try CoinTRReplies.balances(Array(old.utf8)).get().map(\.total) == [exact("3")])
    }

    // Trap 26.
    @Test func `of fees mean what is paid, whatever their sign`() throws {
        let text =
            #"{"code":0,"data":[{"instId":"LTCUSDT","maker":"-0.0002","taker":"-0.0006"},"#
            + #"{"instId":"OTHERS","maker":"0.001","taker":"0.002"}]}"#
        let fees = try CoinTRReplies.fees(Array(text.utf8)).get()
        #expect(fees.map(\.maker) == [exact("0.0002"), exact("0.001")])
        #expect(fees.map(\.taker) == [exact("0.0006"), exact("0.002")])
    }

    // Trap 17.
    @Test func `of books say both sides in the plural, those of the best in the singular`() throws {
        guard case .book(let book) = try content(Wire.spotBook),
            case .touch(let touch) = try content(Wire.spotTouch)
        else { throw wrong }
        #expect(book.asks.first == touch.ask && book.bids.first == touch.bid)
        #expect(throws: BadMessage.self) {
            try content(Wire.spotBook.replacing("asks", with: "ask").replacing("bids", with: "bid"))
        }
        #expect(throws: BadMessage.self) {
            try content(
                Wire.spotTouch.replacing("\"ask\"", with: "\"asks\"")
                    .replacing("\"bid\"", with: "\"bids\""))
        }
        let bare = Wire.spotBook.replacing("\"70.02\",\"3\"", with: "70.02,3")
        guard case .book(let numbers) = try content(bare) else { throw wrong }
        #expect(numbers == book)
    }

    // Trap 18.
    @Test(arguments: [
        ("orders_spot", Segment.spot), ("orders_perp", .futures), ("fills_spot", .spot),
        ("fills_perp", .futures), ("positions_perp", .futures),
    ])
    func `of an account come on channels below the one that was asked for`(
        name: String, segment: Segment
    ) throws {
        let push = try push(Array(Wire.news(name, []).utf8))
        #expect(push.segment == segment)
        if case .unknown = push.content { throw wrong }
    }

    @Test(arguments: [
        ("initial", PushAction.whole), ("snapshot", .whole), ("resumed", .whole),
        ("update", .update),
    ])
    func `say whether they are all there is, as one that makes up for a loss does`(
        word: String, action: PushAction
    ) throws {
        let text = Wire.news("orders_spot", [], action: word)
        #expect(try push(Array(text.utf8)).action == action)
    }

    @Test func `on channels that nobody knows are told as such`() throws {
        guard case .unknown = try content(#"{"channel":"liquidations_perp","data":[1]}"#) else {
            throw wrong
        }
    }

    // Trap 21.
    @Test func `that are errors on the socket name no request`() throws {
        let error = try reply(#"{"event":"error","code":"4002","msg":"no such channel"}"#)
        #expect(error.event == .error && error.channel == nil)
        #expect(error.refusal?.code == "4002")
        #expect(try reply(#"{"event":"error"}"#).refusal != nil)
        let auth = try reply(#"{"event":"auth","code":0,"msg":""}"#)
        #expect(auth.event == .auth && auth.refusal == nil)
        let list = try reply(
            #"{"event":"subscribe","channel":"trades_spot","args":[{"instId":"ltcusdt"}]}"#)
        #expect(list.channel == "trades_spot" && list.instrument == "LTCUSDT")
    }
}

@Suite struct `CoinTR refusals` {
    @Test(arguments: [
        ("5050", RefusalKind.incorrect), ("5051", .duplicateID), ("5052", .unknownOrder),
        ("5053", .incorrect), ("5054", .incorrect), ("4001", .incorrect), ("4002", .incorrect),
        ("4010", .account), ("4011", .account), ("4012", .expired), ("4290", .rateLimit),
        ("5000", .unknownOutcome), ("7777", .undocumented),
    ])
    func `mean what is assumed of their codes`(code: String, kind: RefusalKind) {
        #expect(CoinTRRefusal(code: code, message: "").kind == kind)
    }

    @Test func `whose text says that an order is not there mean that`() {
        let text = "Order does not exist or was created long ago."
        #expect(CoinTRRefusal(code: "1", message: text).kind == .unknownOrder)
    }

    @Test(arguments: ["4001", "4002", "5050", "5053", "5054", "7777"])
    func `of an order are final where they name it, and else prove nothing`(code: String) {
        let named = CoinTRRefusal(code: code, message: "", clientID: "a")
        #expect(named.kindForOrder == .incorrect)
        #expect(CoinTRRefusal(code: code, message: "").kindForOrder == .unknownOutcome)
    }

    @Test func `of a duplicate say that the first may have arrived`() {
        #expect(
            CoinTRRefusal(code: "5051", message: "", clientID: "a").kindForOrder == .duplicateID)
    }

    @Test(arguments: ["4001", "5050", "7777"])
    func `of a cancel prove nothing`(code: String) {
        #expect(CoinTRRefusal(code: code, message: "").kindForCancel == .unknownOutcome)
    }

    @Test func `with a status about the key are about the key, whatever their code`() {
        let refusal = CoinTRRefusal(code: "7777", message: "")
        let unknown = Refusal(refusal, status: 401, as: refusal.kind)
        #expect(unknown.kind == .account && unknown.cause == .key)
        let barred = Refusal(refusal, status: 403, as: refusal.kind)
        #expect(barred.kind == .account && barred.cause == .permission)
        let late = CoinTRRefusal(code: "4012", message: "")
        #expect(Refusal(late, status: 401, as: late.kind).kind == .expired)
    }
}

@Suite struct `The date of a CoinTR reply` {
    @Test(arguments: [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
        ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
        ("Tue, 14 Nov 2023 22:13:20 GMT", 1_700_000_000),
        ("Fri, 31 Dec 2100 23:59:59 GMT", 4_133_980_799),
    ])
    func `is a second`(text: String, seconds: Int64) {
        #expect(httpDate(text) == milliseconds(seconds * 1_000))
    }

    @Test(arguments: [
        "", "Tue, 14 Nov 2023 22:13:20", "Tue, 14 Nob 2023 22:13:20 GMT",
        "Tue, 14 Nov 2023 24:13:20 GMT", "Tue, 14 Nov 2023 22:13 GMT", "2023-11-14T22:13:20Z",
        "Tue, 0 Nov 2023 22:13:20 GMT", "Tue, 14 Nov 99999999999999 22:13:20 GMT",
    ])
    func `is nothing where it is another text`(text: String) {
        #expect(httpDate(text) == nil)
    }
}
