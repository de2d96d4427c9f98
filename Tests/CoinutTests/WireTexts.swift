/// Messages as the venue writes them, in the tests' own numbers.
enum Wire {
    /// The fields of an order; `price` names the price's field, nil leaves it out.
    static func order(
        _ order: Int64 = 901, client: Int64? = 77, instrument: Int64 = 3, side: String = "BUY",
        priceName: String = "price", price: String? = "0.02500000", quantity: String = "2.50000000",
        open: String = "2.50000000", time: Int64? = 1_600_000_000_123_456
    ) -> String {
        var fields = [
            "\"order_id\":\(order)", "\"inst_id\":\(instrument)", "\"side\":\"\(side)\"",
            "\"qty\":\"\(quantity)\"", "\"open_qty\":\"\(open)\"",
        ]
        if let client { fields.append("\"client_ord_id\":\(client)") }
        if let price { fields.append("\"\(priceName)\":\"\(price)\"") }
        if let time { fields.append("\"timestamp\":\(time)") }
        return fields.joined(separator: ",")
    }

    static func accepted(_ order: String = order(), nonce: Int64 = 501) -> String {
        "{\"nonce\":\(nonce),\"reply\":\"order_accepted\",\"status\":[\"OK\"],\(order),"
            + "\"trans_id\":7001}"
    }

    static func rejected(
        _ order: String = order(), reasons: [String] = ["NOT_ENOUGH_BALANCE"], nonce: Int64 = 501
    ) -> String {
        let words = reasons.map { "\"\($0)\"" }.joined(separator: ",")
        return "{\"nonce\":\(nonce),\"reply\":\"order_rejected\",\"status\":[\"OK\"],\(order),"
            + "\"reasons\":[\(words)],\"trans_id\":7002}"
    }

    /// The fields of a fill.
    static func fill(
        _ transaction: Int64 = 8001, price: String = "0.02400000", quantity: String = "1.00000000",
        commission: String = #"{"amount":"0.00002400","currency":"BTC"}"#,
        order: String = order(open: "1.50000000")
    ) -> String {
        "\"fill_price\":\"\(price)\",\"fill_qty\":\"\(quantity)\",\"commission\":\(commission),"
            + "\"order\":{\(order)},\"timestamp\":1600000001000000,\"trans_id\":\(transaction)"
    }

    static func filled(_ fill: String = fill(), nonce: Int64 = 501) -> String {
        "{\"nonce\":\(nonce),\"reply\":\"order_filled\",\"status\":[\"OK\"],\(fill)}"
    }

    static func level(_ price: String, _ quantity: String, count: Int = 1) -> String {
        "{\"count\":\(count),\"price\":\"\(price)\",\"qty\":\"\(quantity)\"}"
    }

    static func book(
        bids: [String], asks: [String], totalBuy: String = "0", totalSell: String = "0",
        transaction: Int64? = 6000, nonce: Int64 = 502
    ) -> String {
        "{\"buy\":[\(bids.joined(separator: ","))],\"sell\":[\(asks.joined(separator: ","))],"
            + "\"inst_id\":3,\"nonce\":\(nonce),\"total_buy\":\"\(totalBuy)\","
            + "\"total_sell\":\"\(totalSell)\","
            + (transaction.map { "\"trans_id\":\($0)," } ?? "")
            + "\"reply\":\"inst_order_book\",\"status\":[\"OK\"]}"
    }

    static func change(
        _ side: String, _ price: String, _ quantity: String, total: String? = nil,
        transaction: Int64 = 6001, count: Int = 2
    ) -> String {
        let total = total.map { "\"total_\(side == "BUY" ? "buy" : "sell")\":\"\($0)\"," } ?? ""
        return "{\"count\":\(count),\"inst_id\":3,\"price\":\"\(price)\",\"qty\":\"\(quantity)\","
            + total + "\"reply\":\"inst_order_book_update\",\"side\":\"\(side)\","
            + "\"trans_id\":\(transaction)}"
    }

    static let trade =
        #"{"inst_id":3,"price":"0.02450000","qty":"0.75000000","reply":"inst_trade_update","#
        + #""side":"SELL","timestamp":1600000002000001,"trans_id":6100}"#
    static let tick =
        #"{"highest_buy":"0.02400000","inst_id":3,"last":"0.02450000","lowest_sell":"0.02500000","#
        + #""reply":"inst_tick","timestamp":1600000003000001,"trans_id":6200,"#
        + #""volume":"12345.00000001","volume24":"17.25000000"}"#
    static let trades =
        #"{"inst_id":3,"nonce":503,"reply":"inst_trade","status":["OK"],"trades":["#
        + #"{"price":"0.0246","qty":"1","side":"BUY","timestamp":1600000004000000,"trans_id":6102},"#
        + #"{"price":"0.0245","qty":"0.75","side":"SELL","timestamp":1600000002000001,"trans_id":6100}]}"#
    static let instruments =
        #"{"SPOT":{"LTCBTC":[{"base":"LTC","decimal_places":5,"inst_id":3,"quote":"BTC"}],"#
        + #""BTCUSDT":[{"base":"BTC","decimal_places":2,"inst_id":41,"quote":"USDT"}]},"#
        + #""nonce":504,"reply":"inst_list","status":["OK"]}"#
    static let login =
        #"{"api_key":"11112222-aaaa-bbbb-cccc-333344445555","country":"XX","email":"a@example.org","#
        + #""failed_times":2,"lang":"en_US","nonce":505,"otp_enabled":true,"#
        + #""products_enabled":["SPOT","OPTION"],"reply":"login","#
        + #""session_id":"66667777-dddd-eeee-ffff-888899990000","status":["OK"],"#
        + #""timezone":"UTC","unverified_email":"b@example.org","username":"walker"}"#
    static let balances =
        #"{"nonce":506,"reply":"user_balance","status":["OK"],"BTC":"1.50000001","LTC":"0.00000000","#
        + #""DOGE":"25","floating_pl":"0.1","initial_margin":"0.2","realized_pl":"0.3","#
        + #""maintenance_margin":"0.4","equity":"1.5","trans_id":6300}"#
    static let cancelled =
        #"{"nonce":507,"reply":"cancel_order","order_id":901,"client_ord_id":77,"status":["OK"]}"#
    static let cancelList =
        #"{"nonce":508,"reply":"cancel_orders","status":["OK"],"trans_id":6400,"results":["#
        + #"{"client_ord_id":78,"inst_id":3,"order_id":902,"status":"OK"},"#
        + #"{"client_ord_id":0,"inst_id":3,"order_id":901,"status":"INVALID_ORDER_ID"}]}"#
    static let openOrders =
        "{\"nonce\":509,\"reply\":\"user_open_orders\",\"status\":[\"OK\"],\"orders\":["
        + "{\(order(open: "1.5"))},{\(order(902, client: nil, side: "SELL"))}]}"
    static let history =
        "{\"nonce\":510,\"reply\":\"trade_history\",\"status\":[\"OK\"],\"total_number\":2,"
        + "\"trades\":[{\(fill(8002, order: order(open: "0.00000000")))},{\(fill())}]}"
    static let heartbeat = #"{"nonce":511,"reply":"hb","status":["OK"]}"#
    static let refused =
        #"{"nonce":512,"reply":"new_order","status":["INVALID_REQUEST"],"msg":"qty is missing"}"#
    static let batch = "[\(accepted()),\(rejected()),\(filled())]"

    /// One of each kind.
    static let all = [
        accepted(), rejected(), filled(), batch, trade, tick, trades, instruments, login, balances,
        cancelled, cancelList, openOrders, history, heartbeat, refused,
        book(
            bids: [level("0.024", "3"), level("0.0235", "1.5")], asks: [level("0.025", "2")],
            totalBuy: "0.10725", totalSell: "2"),
        change("BUY", "0.02400000", "2.00000000", total: "0.08325000"),
        change("SELL", "0.02500000", "0.00000000"),
    ]
}
