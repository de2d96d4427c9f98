-- Sends as many orders at once as a person might, rests between, and cancels them all: to meet a venue's limit on the rate.

local p = params {
  symbol = "coinex:BTC/USDT:USDT",
  size = { default = 0.01, min = 0, help = "quantity of an order" },
  count = { default = 45, min = 1, help = "orders of a burst" },
}

subscribe(p.symbol, "quotes")

function on_start() every(0.7, "burst") end

function on_timer()
  local q = quote(p.symbol)
  if not q or not q.mid then return end
  if #orders { symbol = p.symbol } > 0 then return cancel { symbol = p.symbol } end
  local list = { buy { symbol = p.symbol, qty = p.size }, sell { symbol = p.symbol, qty = p.size } }
  for place = 1, p.count do
    list[#list + 1] = buy { symbol = p.symbol, qty = p.size, price = q.bid * (0.99 - place / 10000) }
  end
  return list
end
