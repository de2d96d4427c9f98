subscribe("sim:BTC/USDT", "trades")
function on_order(order) return amend(order, {}) end -- finds missing-field
