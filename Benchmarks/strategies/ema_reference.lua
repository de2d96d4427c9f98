-- The reference strategy: an EMA of 50 against one of 200 trades, both started at the first price
-- and written in Lua, so that the interpreter does the same work as in the bare loop.
--
-- Long 0.01 while the fast one is above the slow one, short 0.01 while below. No signal in the
-- first 200 trades; the first sign only sets the state. Its market orders must fill at once, so it
-- keeps count of the position itself.
local SYMBOL = "sim:BTC/USDT:USDT"
local FAST, SLOW = 2 / (50 + 1), 2 / (200 + 1)
local fast, slow, seen, state, held = 0.0, 0.0, 0, 0, 0.0

subscribe(SYMBOL, "trades")

function on_trade(trade)
  local price = trade.price
  if seen == 0 then
    fast, slow = price, price
  else
    fast = fast + FAST * (price - fast)
    slow = slow + SLOW * (price - slow)
  end
  seen = seen + 1
  if seen <= 200 then return end
  local sign
  if fast > slow then sign = 1 elseif fast < slow then sign = -1 else return end
  if sign ~= state then
    local first = state == 0
    state = sign
    if not first then
      local quantity = sign * 0.01 - held
      held = sign * 0.01
      if quantity > 0 then return buy{symbol = SYMBOL, qty = quantity} end
      return sell{symbol = SYMBOL, qty = -quantity}
    end
  end
end
