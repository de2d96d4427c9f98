subscribe("sim:BTC/USDT", "trades")
local function enter(price)
  if price > 50000 then return buy{qty = 1} end
end
function on_trade(trade)
  enter(trade.price) -- finds unreturned-intent
end
