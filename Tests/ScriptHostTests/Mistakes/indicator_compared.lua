subscribe("sim:BTC/USDT", "bars:1m")
local fast, slow = ta.ema(5), ta.ema(20)
function on_bar(bar)
  fast(bar.close)
  slow(bar.close)
  if fast > slow then return target(1) end -- finds operand-type
end
