subscribe("sim:BTC/USDT", "quotes", "bars:1m")
local closes = {}
function on_bar(bar)
  closes[#closes + 1] = bar.close
end
function on_quote(quote)
  closes[#closes] = quote.mid -- finds look-ahead
  if #closes > 20 then return target(1) end
end
