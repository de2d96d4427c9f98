-- The reference strategy with its averages beside the feed: ta.ema, which begins with a mean, bound to
-- the trades and read as a field.
local SYMBOL = "sim:BTC/USDT:USDT"
subscribe(SYMBOL, "trades")

local fast, slow = ta.ema(50):of(SYMBOL, "trades"), ta.ema(200):of(SYMBOL, "trades")
local before, held = nil, 0.0

function on_trade()
  local s = slow.value
  if not s then return end
  local above = fast.value > s
  if above == before then return end
  local first = before == nil
  before = above
  if first then return end
  local wanted = above and 0.01 or -0.01
  local quantity = wanted - held
  held = wanted
  if quantity > 0 then return buy{symbol = SYMBOL, qty = quantity} end
  return sell{symbol = SYMBOL, qty = -quantity}
end
