-- A27: more orders than a callback may return.
-- ends: failure
-- says: more than the 1000 that one callback may
require "attacked"

function attack()
  local order = buy{symbol = "sim:BTC/USDT:USDT", qty = 1}
  local list = {}
  for i = 1, 2000 do list[i] = order end
  return list
end
