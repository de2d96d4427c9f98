subscribe("sim:BTC/USDT", "trades", "quotes")
local function follow(quote) log.info(quote.mid) end
local function first() return target(1) end
on_trade = first
function on_start()
  on_quote = follow -- finds late-handler
  on_quote = nil
  on_fill = function(fill) log.info(fill.price) end
end
function on_timer(name)
  plot("mid", quote() and quote().mid)
  if name == "rest" then on_trade = nil end
end
every(60, "rest")
