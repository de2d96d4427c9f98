import Coinut
import Testing
import TradingModel
import VenueSessions
import WireText

private func balances(_ text: String) throws -> BalanceList {
    guard case .balances(let list) = try content(text) else { throw wrong }
    return list
}

@Suite struct `Coinut accounts` {
    // T16: currencies stand between fields of other meaning.
    @Test func `list currencies that nobody has named before`() throws {
        let list = try balances(Wire.balances)
        #expect(list.balances.map(\.currency) == ["BTC", "LTC", "DOGE"])
        #expect(list.balances.map(\.amount) == [exact("1.50000001"), .zero, exact("25")])
        #expect(list.transaction == TransactionNumber(6_300))
    }

    @Test func `may have fields that are no currencies`() throws {
        let more =
            #""note":"hello","level":3,"flags":["1"],"empty":"","maker":true,"nothing":null,"#
        let text = Wire.balances.replacing("\"BTC\"", with: more + "\"BTC\"")
        #expect(try balances(text) == balances(Wire.balances))
    }

    @Test(arguments: ["0.1234567890123456789", "99999999999999999999999", "1e39"])
    func `with amounts that do not fit are refused, not left out`(amount: String) {
        let said = reason(Wire.balances.replacing("1.50000001", with: amount))
        #expect(said.hasPrefix("`BTC` (`\(amount)`)"), "\(said)")
    }

    @Test func `with a currency twice are refused`() {
        #expect(reason(Wire.balances.replacing("LTC", with: "BTC")) == "`BTC` stands twice")
    }

    @Test func `answer a login`() throws {
        guard case .login(let login) = try content(Wire.login) else { throw wrong }
        #expect(login.username == "walker" && login.usesOneTimePasswords)
        #expect(login.products == ["SPOT", "OPTION"])
        #expect(login.session == HiddenText("66667777-dddd-eeee-ffff-888899990000"))
        let short = #"{"nonce":1,"reply":"login","status":["OK"],"username":"walker"}"#
        guard case .login(let login) = try content(short) else { throw wrong }
        #expect(login.session == nil && !login.usesOneTimePasswords && login.products.isEmpty)
        #expect(reason(#"{"nonce":1,"reply":"login","username":"walker"}"#).contains("`status`"))
    }

    @Test func `refuse a login`() throws {
        let said = try message(#"{"nonce":505,"reply":"login","status":["INVALID_LOGIN"]}"#)
        guard case .refused(let refusal) = said.content else { throw wrong }
        #expect(refusal.kind == .account && refusal.kind.cause == .key && refusal.reply == "login")
    }
}

@Suite struct `Coinut refusals` {
    @Test(
        arguments: [
            ("UNKNOWN_ERROR", .unknownOutcome), ("SYSTEM_ERROR", .unknownOutcome),
            ("INVALID_INSTRUMENT", .incorrect), ("INST_EXPIRED", .incorrect),
            ("INVALID_PRICE", .incorrect), ("INVALID_QUANTITY", .incorrect),
            ("INVALID_REQUEST", .incorrect), ("NOT_ENOUGH_BALANCE", .funds),
            ("NOT_ENOUGH_LIQUIDITY", .liquidity), ("NOT_ENOUGH_LIQUIDTY", .liquidity),
            ("INVALID_CLIENT_ORD_ID", .clientNumber), ("TRADE_DISABLED", .marketClosed),
            ("INVALID_ORDER_ID", .unknownOrder), ("INVALID_NONCE", .nonce),
            ("INVALID NONCE", .nonce),
            ("INVALID_SIGNATURE", .account), ("LOGIN_REQUIRED", .account),
            ("INVALID_LOGIN", .account), ("TOO_MANY_REQUESTS", .rateLimit),
            ("SOMETHING_NEW", .undocumented), ("ok", .undocumented),
        ] as [(String, CoinutRefusalClass)])
    func `have a class by their word`(word: String, kind: CoinutRefusalClass) throws {
        let text = "{\"nonce\":4,\"reply\":\"new_order\",\"status\":[\"\(word)\"]}"
        guard case .refused(let refusal) = try content(text) else { throw wrong }
        #expect(refusal.kind == kind && !refusal.kind.advice.isEmpty)
        guard
            case .rejected(let order) = try content(Wire.rejected(reasons: [word]))
        else { throw wrong }
        #expect(order.reasons.first?.kind == kind)
    }

    @Test func `keep the venue's own words`() throws {
        guard case .refused(let refusal) = try content(Wire.refused) else { throw wrong }
        #expect("\(refusal)" == "INVALID_REQUEST (qty is missing)")
        #expect(refusal.reply == "new_order" && refusal.order == nil)
        let two = #"{"nonce":4,"status":["TRADE_DISABLED","INVALID_PRICE"]}"#
        guard case .refused(let refusal) = try content(two) else { throw wrong }
        #expect("\(refusal)" == "TRADE_DISABLED, INVALID_PRICE" && refusal.reply == nil)
        #expect(refusal.kind == .marketClosed && refusal.kind.cause == .maintenance)
    }

    @Test func `may have their word alone, without a list`() throws {
        let text = #"{"nonce":4,"reply":"hb","status":"TOO_MANY_REQUESTS"}"#
        guard case .refused(let refusal) = try content(text) else { throw wrong }
        #expect(refusal.kind == .rateLimit)
        #expect(try content(#"{"nonce":4,"reply":"hb","status":"OK"}"#) == .heartbeat)
    }

    @Test(arguments: ["7", "{}", "[[]]", "[null]", "[\"\"]", "true"])
    func `with a status that is none are not believed either way`(status: String) {
        let text = "{\"nonce\":4,\"reply\":\"hb\",\"status\":\(status)}"
        let said = (try? message(text))?.content
        #expect(said != .heartbeat, "\(String(describing: said))")
    }
}
