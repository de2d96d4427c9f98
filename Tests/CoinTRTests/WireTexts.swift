/// Messages as the venue would send them, made for these tests.
enum Wire {
    static let spotBook =
        #"{"channel":"books_spot","instId":"LTCUSDT","data":{"asks":[["70.02","3"],["70.05","1.5"]],"#
        + #""bids":[["70.01","2.25"],["69.9","10"]]},"pTime":1700000000123}"#
    static let futuresBook =
        #"{"channel":"books_perp","instId":"LTCUSDT","action":"snapshot","data":{"bids":[["70","12"]],"#
        + #""asks":[]},"pTime":1700000000456}"#
    static let spotTouch =
        #"{"channel":"mini_books_spot","instId":"LTCUSDT","action":"snapshot","#
        + #""data":{"ask":["70.02","3"],"bid":["70.01","2.25"]},"pTime":1700000000123}"#
    static let futuresTouch =
        #"{"channel":"mini_books_perp","instId":"LTCUSDT","action":"snapshot","#
        + #""data":{"ask":["70.03","8"],"bid":[]},"pTime":1700000000124}"#
    static let spotTrades =
        #"{"channel":"trades_spot","instId":"LTCUSDT","action":"update","data":[{"mTime":1700000000200,"#
        + #""px":"70.02","sz":"0.5","side":"BUY","tradeId":5001}]}"#
    static let futuresTrades =
        #"{"channel":"trades_perp","instId":"LTCUSDT","action":"initial","data":[{"mTime":1700000000100,"#
        + #""px":"70","sz":"4","side":"sell","tradeId":77},{"mTime":1700000000150,"px":"70.01","#
        + #""sz":"1","side":"buy","tradeId":78}],"pTime":1700000000201}"#
    static let figures =
        #"{"channel":"market_perp","instId":"LTCUSDT","action":"snapshot","data":{"indexPx":"70.1","#
        + #""markPx":"70.05","lPx":"70.02","oi":8123,"fundingRate":"-0.00012"},"pTime":1700000001000}"#
    static let candle =
        #"{"channel":"kline_spot","instId":"LTCUSDT","action":"update","data":[[1700000000,"69","71","#
        + #""68.5","70.02","1234.5","86000"]],"pTime":1700000001000}"#
    static let spotBalance =
        #"{"channel":"user_data_spot@balance_spot","action":"update","acctId":7001,"pTime":1700000002,"#
        + #""data":{"balData":[{"ccy":"LTC","availBal":"3.5","frozenBal":"0.5"}]}}"#
    static let futuresBalance =
        #"{"channel":"user_data_perp@balance_perp","action":"update","acctId":7001,"#
        + #""pTime":1700000002345,"data":[{"ccy":"USDT","totalEq":"1005.5","cashBal":"1000","#
        + #""freeBal":"900","ordFrozen":"60"}]}"#
    static let spotOrder =
        #"{"channel":"user_data_spot@orders_spot","action":"update","acctId":7001,"pTime":1700000002,"#
        + #""data":[{"ordId":9100000000000007,"clOrdId":"desk-1","px":"70.01","baseQty":"1","#
        + #""quoteQty":"0","side":"BUY","ordType":"LIMIT","flags":"","timeInForce":"GTC","#
        + #""accFillSz":"0.25","avgPx":"70.01","instId":"LTCUSDT","state":"PARTIAL_FILLED","#
        + #""cTime":1700000001500}]}"#
    static let spotFill =
        #"{"channel":"user_data_spot@fills_spot","action":"update","acctId":7001,"pTime":1700000002,"#
        + #""data":[{"instId":"LTCUSDT","tradeId":5002,"ordId":"9100000000000007","px":"70.01","#
        + #""sz":"0.25","side":"BUY","fee":"0.000225","role":"MAKER","selfTradeQty":"0"}]}"#
    static let positions =
        #"{"channel":"user_data_perp@positions_perp","action":"update","acctId":7001,"#
        + #""pTime":1700000002345,"data":[{"posId":31,"mgnMode":"cross","posSide":"short","posSz":"3","#
        + #""avgPx":"70.02","liqPx":"99","lever":"20","mmr":"0","upl":"0.1","cashBal":"10","#
        + #""instId":"LTCUSDT"}]}"#

    /// Those that are read quickly.
    static let quick = [
        spotBook, futuresBook, spotTouch, futuresTouch, spotTrades, futuresTrades,
    ]
    static let pushes =
        quick + [
            figures, candle, spotBalance, futuresBalance, spotOrder, spotFill, positions,
        ]
    static let replies = [
        #"{"event":"auth"}"#, #"{"event":"error","code":4002,"msg":"no such channel"}"#,
        #"{"event":"subscribe","channel":"trades_spot","args":{"instId":"LTCUSDT"}}"#,
        #"{"event":"unsubscribe","channel":"trades_spot","args":{"instId":"LTCUSDT"}}"#,
    ]

    static let spotInstruments =
        #"{"code":"0","msg":"","data":[{"instId":"LTCUSDT","baseCcy":"LTC","quoteCcy":"USDT","#
        + #""pxPrecision":"2","amtPrecision":"3","minLmtSz":"0.01","minMktBuySz":"5","#
        + #""minMktSellSz":"0.01","steps":["0.01","0.1","1"]},{"instId":"LTCBTC","baseCcy":"LTC","#
        + #""quoteCcy":"BTC","pxPrecision":"6","amtPrecision":"3","minLmtSz":"0.01","steps":"0.000001"}]}"#
    static let futuresInstruments =
        #"{"code":0,"data":[{"instId":"LTCUSDT","settleCcy":"USDT","ctVal":"0.1","baseCcy":"LTC","#
        + #""quoteCcy":"USDT","maxLever":"50","tickSz":"7","pxPrecision":"2","minSz":"0","maxSz":"0","#
        + #""maxPos":"100000","steps":"0.01,0.1,1","minMmr":"0","mgnMode":"cross","defLever":"20"},"#
        + #"{"instId":"LTCUSD","settleCcy":"LTC","ctVal":"1","baseCcy":"LTC","quoteCcy":"USD","#
        + #""maxLever":"50","tickSz":"0.01","pxPrecision":"2","minSz":"1","maxSz":"0","steps":"0.01"}]}"#
    static let ticker =
        #"{"code":"0","msg":"","data":[{"instId":"LTCUSDT","lastPx":"70","uTime":1700000000000}]}"#

    /// The fields of an order in a list of spot, or of futures.
    static func order(
        _ id: Int64, _ clientID: String, side: String = "BUY", size: String = "1",
        price: String = "70", filled: String = "0", state: String = "SUBMITTED",
        isFutures: Bool = false, lifetime: String = "GTC"
    ) -> String {
        let name = isFutures ? "sz" : "baseQty"
        return #"{"instId":"LTCUSDT","ordId":"\#(id)","clOrdId":"\#(clientID)","px":"\#(price)","#
            + #""\#(name)":"\#(size)","side":"\#(side)","ordType":"LIMIT","flags":"","#
            + #""timeInForce":"\#(lifetime)","accFillSz":"\#(filled)","avgPx":"T","#
            + #""state":"\#(state)","cTime":"1700000000000","uTime":"1700000000500"}"#
    }

    static func fill(
        _ id: Int64, of order: Int64, side: String = "BUY", size: String, price: String = "70",
        fee: String = "0.001"
    ) -> String {
        #"{"instId":"LTCUSDT","tradeId":"\#(id)","ordId":"\#(order)","px":"\#(price)","#
            + #""sz":"\#(size)","side":"\#(side)","fee":"\#(fee)","role":"TAKER","mTime":1700000000600}"#
    }

    static func list(_ rows: [String], next: String? = nil) -> String {
        let mark = next.map { #","next":"\#($0)""# } ?? ""
        return #"{"code":0,"data":[\#(rows.joined(separator: ","))]\#(mark)}"#
    }

    static func placed(_ id: Int64, _ clientID: String, _ state: String = "SUBMITTED") -> String {
        #"{"code":0,"data":{"ordId":\#(id),"clOrdId":"\#(clientID)","state":"\#(state)"}}"#
    }

    static func refused(_ code: Int, _ clientID: String? = nil, text: String = "") -> String {
        let data = clientID.map { #"{"clOrdId":"\#($0)"}"# } ?? "{}"
        return #"{"code":\#(code),"msg":"\#(text)","data":\#(data)}"#
    }

    /// A push of the account's news.
    static func news(_ name: String, _ rows: [String], action: String = "update") -> String {
        let suffix = name.hasSuffix("perp") ? "perp" : "spot"
        return #"{"channel":"user_data_\#(suffix)@\#(name)","action":"\#(action)","acctId":7001,"#
            + #""pTime":1700000003000,"data":[\#(rows.joined(separator: ","))]}"#
    }
}
