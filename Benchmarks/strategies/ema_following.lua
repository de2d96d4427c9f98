-- The reference strategy with its averages beside the feed: ta.ema, which begins with a mean, bound to
-- the trades and read as a field.
local SYMBOL = "sim:BTC/USDT:USDT"
subscribe(SYMBOL, "trades")

local fast, slow = ta.ema(50):of(SYMBOL, "trades"), ta.ema(200):of(SYMBOL, "trades")
local state, held = 0, 0.0

function on_trade()
  local f, s = fast.value, slow.value
  if not s then return end
  local sign
  if f > s then sign = 1 elseif f < s then sign = -1 else return end
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
