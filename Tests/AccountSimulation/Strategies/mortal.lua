-- Quotes around the touch, takes now and then, and counts in `state` what it hears of: to be killed.
local p = params {
  symbol = "coinex:BTC/USDT:USDT",
  size = { default = 0.01, min = 0, help = "quantity of an order" },
}

subscribe(p.symbol, "quotes", "trades")
state.fills = state.fills or 0
state.net = state.net or "0"
state.beats = state.beats or 0

function on_start() every(0.3, "act") end

function on_timer()
  local q = quote(p.symbol)
  if not q or not q.bid or not q.ask then return end
  state.beats = state.beats + 1
  local held = position(p.symbol).qty
  if #orders() > 6 then return cancel { symbol = p.symbol } end
  if state.beats % 5 == 0 then
    return (held > 0 and sell or buy) { symbol = p.symbol, qty = p.size, tag = "taker" }
  end
  if state.beats % 7 == 0 then
    local open = orders { symbol = p.symbol }
    for _, o in ipairs(open) do
      if o.state == "working" and o.price then
        return amend(o, { price = o.side == "buy" and q.bid or q.ask })
      end
    end
  end
  return {
    buy { symbol = p.symbol, qty = p.size, price = q.bid, tag = "bid" },
    sell { symbol = p.symbol, qty = p.size, price = q.ask, tag = "ask" },
  }
end

function on_fill(f) state.fills = state.fills + 1 end
