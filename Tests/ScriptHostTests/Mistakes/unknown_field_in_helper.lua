subscribe("sim:BTC/USDT", "bars:1m")
local function is_up(bar)
  return bar.close > bar.opening -- finds unknown-field
end
function on_bar(bar)
  if is_up(bar) then return target(1) end
end
