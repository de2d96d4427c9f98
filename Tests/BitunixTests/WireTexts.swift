/// The venue's messages, as tests write them.
enum Wire {
    static func reply(_ data: String) -> String {
        "{\"code\":0,\"data\":\(data),\"msg\":\"Success\"}"
    }

    static let pairs = """
        [{"symbol":"LTCUSDT","base":"LTC","quote":"USDT","minTradeVolume":"0.02",
        "minBuyPriceOffset":"-0.8","maxSellPriceOffset":"10","maxLimitOrderVolume":"5000",
        "maxMarketOrderVolume":"900","basePrecision":3,"quotePrecision":2,"minLeverage":2,
        "maxLeverage":50,"defaultLeverage":10,"defaultMarginMode":1,"symbolStatus":"OPEN",
        "isApiSupported":true},
        {"symbol":"ETHUSDT","base":"ETH","quote":"USDT","minTradeVolume":"0.003","basePrecision":3,
        "quotePrecision":2,"symbolStatus":"CANCEL_ONLY","isApiSupported":true},
        {"symbol":"1000SHIBUSDT","base":"SHIB","quote":"USDT","minTradeVolume":"1",
        "basePrecision":0,"quotePrecision":7,"symbolStatus":"OPEN","isApiSupported":true},
        {"symbol":"LTCUSD","base":"LTC","quote":"USD","minTradeVolume":"1","basePrecision":0,
        "quotePrecision":1,"symbolStatus":"OPEN","isApiSupported":true}]
        """

    static func account(
        available: String = "900", frozen: String = "0", margin: String = "100",
        cross: String = "0", mode: String = "ONE_WAY"
    ) -> String {
        """
        {"marginCoin":"USDT","available":"\(available)","frozen":"\(frozen)","margin":"\(margin)",\
        "transfer":"1","positionMode":"\(mode)","crossUnrealizedPNL":"\(cross)",\
        "isolationUnrealizedPNL":"0","bonus":"0"}
        """
    }

    static func position(
        _ quantity: String, side: String = "BUY", mode: String = "ONE_WAY"
    ) -> String {
        """
        {"positionId":"71","symbol":"LTCUSDT","qty":"\(quantity)","entryValue":"200",\
        "side":"\(side)","positionMode":"\(mode)","marginMode":"CROSS","leverage":10,"fees":"1",\
        "funding":"0","realizedPNL":"0","margin":"20","unrealizedPNL":"3","liqPrice":"-1",\
        "marginRate":"0","avgOpenPrice":"100","ctime":"1700000000000","mtime":"1700000000000"}
        """
    }

    /// A row of a list.
    static func order(
        _ id: String = "901", _ number: Int = 1, side: String = "BUY", type: String = "LIMIT",
        effect: String = "GTC", quantity: String = "2.5", price: String = "100",
        filled: String = "0", status: String = "NEW", mtime: Int64 = 1_700_000_000_000
    ) -> String {
        """
        {"orderId":"\(id)","clientId":"mr-\(number)","symbol":"LTCUSDT","qty":"\(quantity)",\
        "tradeQty":"\(filled)","price":"\(price)","side":"\(side)","orderType":"\(type)",\
        "effect":"\(effect)","positionMode":"ONE_WAY","marginMode":"CROSS","leverage":10,\
        "reduceOnly":false,"status":"\(status)","fee":"0","realizedPNL":"0",\
        "ctime":"1700000000000","mtime":\(mtime)}
        """
    }

    static func orders(_ rows: [String], total: Int? = nil) -> String {
        "{\"orderList\":[\(rows.joined(separator: ","))],\"total\":\"\(total ?? rows.count)\"}"
    }

    static func trade(
        _ id: String, order: String = "901", _ quantity: String, price: String = "100",
        fee: String = "0.15", side: String = "BUY", role: String = "TAKER"
    ) -> String {
        """
        {"tradeId":"\(id)","orderId":"\(order)","clientId":null,"symbol":"LTCUSDT",\
        "qty":"\(quantity)","price":"\(price)","side":"\(side)","orderType":null,"effect":null,\
        "fee":"\(fee)","realizedPNL":"0","ctime":"1700000001000","roleType":"\(role)",\
        "marginCoin":"USDT"}
        """
    }

    static func trades(_ rows: [String], total: Int? = nil) -> String {
        "{\"tradeList\":[\(rows.joined(separator: ","))],\"total\":\(total ?? rows.count)}"
    }

    static func cancelled(_ id: String = "901") -> String {
        "{\"successList\":[{\"orderId\":\"\(id)\",\"clientId\":\"\"}],\"failureList\":[]}"
    }

    static func notCancelled(_ code: String = "20007", _ id: String = "901") -> String {
        "{\"successList\":[],\"failureList\":[{\"orderId\":\"\(id)\",\"clientId\":\"\","
            + "\"errorMsg\":\"no\",\"errorCode\":\(code)}]}"
    }

    // MARK: - Pushes

    static func ofAccount(_ channel: String, _ data: String, time: Int64 = 1_700_000_000_100)
        -> String
    {
        "{\"ch\":\"\(channel)\",\"ts\":\(time),\"data\":\(data)}"
    }

    static func orderPush(
        _ status: String, _ id: String = "901", _ number: Int = 1, event: String = "UPDATE",
        side: String = "Buy", type: String = "Limit", effect: String = "LONG",
        quantity: String = "2.5", price: String = "100", filled: String = "0",
        mtime: String = "2023-11-14T22:13:20.123456789Z"
    ) -> String {
        ofAccount(
            "order",
            """
            {"event":"\(event)","orderId":"\(id)","clientId":"mr-\(number)","symbol":"LTCUSDT",\
            "positionType":"CROSS","positionMode":"ONE_WAY","side":"\(side)","effect":"\(effect)",\
            "type":"\(type)","qty":"\(quantity)","reductionOnly":false,"price":"\(price)",\
            "ctime":"2023-11-14T22:13:20Z","mtime":"\(mtime)","leverage":"10",\
            "orderStatus":"\(status)","fee":"0","averagePrice":"","dealAmount":"\(filled)"}
            """)
    }

    static func positionPush(
        _ quantity: String, side: String = "LONG", event: String = "UPDATE"
    ) -> String {
        ofAccount(
            "position",
            """
            {"event":"\(event)","positionId":"71","symbol":"LTCUSDT","marginMode":"CROSS",\
            "positionMode":"ONE_WAY","side":"\(side)","leverage":"10","margin":"20",\
            "qty":"\(quantity)","entryValue":"250","realizedPNL":"0","unrealizedPNL":"0",\
            "funding":"0","fee":"0","ctime":"2023-11-14T22:13:20Z"}
            """)
    }

    static let balancePush = ofAccount(
        "balance",
        #"{"coin":"USDT","available":"900","frozen":"0","isolationFrozen":"0","crossFrozen":"0","#
            + #""margin":"100","isolationMargin":"0","crossMargin":"100","expMoney":""}"#)

    static func depth(
        _ levels: Int, bids: [(String, String)], asks: [(String, String)],
        market: String = "LTCUSDT", time: Int64 = 1_700_000_000_100
    ) -> String {
        func side(_ rows: [(String, String)]) -> String {
            "[" + rows.map { "[\"\($0.0)\",\"\($0.1)\"]" }.joined(separator: ",") + "]"
        }
        return "{\"ch\":\"depth_book\(levels)\",\"symbol\":\"\(market)\",\"ts\":\(time),"
            + "\"data\":{\"b\":\(side(bids)),\"a\":\(side(asks))}}"
    }

    static func publicTrades(
        _ rows: [(price: String, quantity: String, side: String)], market: String = "LTCUSDT",
        time: Int64 = 1_700_000_000_900, second: String = "2023-11-14T22:13:40Z"
    ) -> String {
        let list = rows.map {
            "{\"t\":\"\(second)\",\"p\":\"\($0.price)\",\"v\":\"\($0.quantity)\",\"s\":\"\($0.side)\"}"
        }
        return "{\"ch\":\"trade\",\"symbol\":\"\(market)\",\"ts\":\(time),"
            + "\"data\":[\(list.joined(separator: ","))]}"
    }

    static func ticker(_ own: String = "LTCUSDT", envelope: String = "LTCUSDT") -> String {
        "{\"ch\":\"ticker\",\"symbol\":\"\(envelope)\",\"ts\":1700000000100,\"data\":{\"s\":\"\(own)\","
            + "\"o\":\"90\",\"la\":\"101.5\",\"h\":\"110\",\"l\":\"80\",\"b\":\"777\",\"q\":\"7\",\"r\":\"1\"}}"
    }

    static func price(rate: String = "0.01", at: String = "2023-11-14T16:00:00Z") -> String {
        "{\"ch\":\"price\",\"symbol\":\"LTCUSDT\",\"ts\":1700000000100,\"data\":{\"ip\":\"100.1\","
            + "\"mp\":\"100.2\",\"fr\":\"\(rate)\",\"ft\":\"\(at)\",\"nft\":\"2023-11-15T00:00:00Z\"}}"
    }

    static let candle =
        #"{"ch":"market_kline_1min","symbol":"LTCUSDT","ts":1700000000100,"data":{"o":"1","h":"3","#
        + #""l":"1","c":"2","b":"44","q":"80"}}"#

    static let all = [
        orderPush("NEW"), orderPush("FILLED", filled: "2.5"), positionPush("2.5"), balancePush,
        depth(1, bids: [("99.5", "3")], asks: [("100.5", "2")]),
        depth(15, bids: [("99.5", "3"), ("99", "10.25")], asks: [("100.5", "2")]),
        publicTrades([("100", "0.5", "buy"), ("100.25", "1", "sell")]), ticker(), price(), candle,
        #"{"op":"connect","data":{"result":true}}"#, #"{"op":"login","data":{"result":true}}"#,
        #"{"op":"ping","pong":1700000000,"ping":1699999990}"#,
        #"{"op":"unsubscribe","ts":1700000000000,"data":"success"}"#,
        #"{"op":"subscribe","data":{"msg":"subscribe channel > 300","nonce":"","result":false}}"#,
    ]
}
