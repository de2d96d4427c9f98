subscribe("sim:BTC/USDT", "trades")
function on_trade()
  for _, order in ipairs(orders()) do
    if order.status == "working" then return cancel(order) end -- finds unknown-field
  end
end
