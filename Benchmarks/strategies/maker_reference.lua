-- Two quotes at the touch, post-only, one a side: each is moved when the touch moves and placed anew when
-- it is gone. Orders and amendments are most of the work; no list of orders is asked for.
local p = params { symbol = "sim:BTC/USDT:USDT", size = 0.01 }
subscribe(p.symbol, "quotes")

local quotes = {}
local gone = { filled = true, cancelled = true, rejected = true, expired = true }

local function keep(intents, side, place, price)
  local order = quotes[side]
  local state = order and order.state
  if not order or gone[state] then
    quotes[side] = nil
    intents[#intents + 1] = place { symbol = p.symbol, qty = p.size, price = price, post_only = true, tag = side }
  elseif state == "working" and order.price ~= price then
    intents[#intents + 1] = amend(order, { price = price })
  end
end

function on_order(order)
  if order.state == "working" then quotes[order.tag] = order end
end

function on_quote(q)
  if not q.mid then return end
  local intents = {}
  keep(intents, "buy", buy, q.bid)
  keep(intents, "sell", sell, q.ask)
  if #intents > 0 then return intents end
end
