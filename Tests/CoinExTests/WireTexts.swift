/// An order as replies and pushes show it.
func orderJSON(
    _ id: Int, _ number: Int, side: String = "buy", type: String = "limit", amount: String,
    price: String, filled: String = "0", unfilled: String, status: String? = nil,
    market: String = "BTCUSDT"
) -> String {
    """
    {"order_id":\(id),"market":"\(market)","market_type":"SPOT","side":"\(side)","type":"\(type)",\
    "amount":"\(amount)","price":"\(price)","unfilled_amount":"\(unfilled)",\
    "filled_amount":"\(filled)","filled_value":"0","client_id":"mrtest-\(number)",\
    "maker_fee_rate":"0.001","taker_fee_rate":"0.002","created_at":1700000000000,\
    "updated_at":1700000000000\(status.map { ",\"status\":\"\($0)\"" } ?? "")}
    """
}

func orderPush(_ event: String, _ order: String) -> String {
    "{\"method\":\"order.update\",\"data\":{\"event\":\"\(event)\",\"order\":\(order)},\"id\":null}"
}

func dealJSON(
    _ id: Int, order: Int, _ number: Int?, amount: String, price: String, side: String = "buy",
    market: String = "BTCUSDT"
) -> String {
    """
    {"deal_id":\(id),"created_at":1700000001000,"market":"\(market)","side":"\(side)",\
    "order_id":\(order),\(number.map { "\"client_id\":\"mrtest-\($0)\"," } ?? "")"margin_market":"",\
    "price":"\(price)","amount":"\(amount)","role":"maker","fee":"0.0001","fee_ccy":"BTC"}
    """
}

func dealPush(_ deal: String) -> String {
    "{\"method\":\"user_deals.update\",\"data\":\(deal),\"id\":null}"
}
