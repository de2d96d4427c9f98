-- Sends every kind of order that a venue takes, changes and cancels them, and asks for positions:
-- to hold the books that this leads to against the venue's. It is not meant to earn anything.

local p = params {
  symbol = "coinex:BTC/USDT:USDT",
  other = { default = "", help = "a second symbol to trade in turn with the first" },
  size = { default = 0.01, min = 0, help = "quantity of an order" },
  most = { default = 0.1, min = 0, help = "beyond it only orders towards flat are sent" },
  pause = { default = 0.2, min = 0.01, help = "seconds between two acts" },
  seed = { default = 1, min = 0, help = "decides the acts" },
  flat = { default = true, help = "close the position at the end" },
}

subscribe(p.symbol, "quotes", "trades")
if p.other ~= "" then subscribe(p.other, "quotes", "trades") end

local symbol = p.symbol                              -- the one at hand

-- A generator of its own: the acts depend on nothing but the seed.
local last = p.seed * 7919 + 12345
local function draw(count)
  last = (last * 1103515245 + 12345) % 2147483648
  return last // 65536 % count + 1
end

local function side(held)
  if held > p.most then return sell, -1 end
  if held < -p.most then return buy, 1 end
  if draw(2) == 1 then return buy, 1 end
  return sell, -1
end

-- A price `points` basis points away from the touch, out of the spread; negative: through it.
local function away(q, sign, points)
  local touch = sign > 0 and q.bid or q.ask
  return touch * (1 - sign * points / 10000)
end

local function order(q, held, fields, points)
  local place, sign = side(held)
  fields.symbol, fields.qty = symbol, p.size * draw(3)
  if points then fields.price = away(q, sign, points) end
  return place(fields)
end

local function working(open)
  local list = {}
  for _, o in ipairs(open) do
    if o.state == "working" and o.price then list[#list + 1] = o end
  end
  return list[#list > 0 and draw(#list) or 1]
end

local acts = {
  function(q, held) return order(q, held, {}) end,
  function(q, held) return order(q, held, { tag = "far" }, 3) end,
  function(q, held) return order(q, held, { tag = "touch" }, 0) end,
  function(q, held) return order(q, held, { tif = "ioc" }, -1) end,
  function(q, held) return order(q, held, { tif = "ioc" }, 1) end,
  function(q, held) return order(q, held, { tif = "fok" }, -1) end,
  function(q, held) return order(q, held, { post_only = true }, 0.1) end,
  function(q, held) return order(q, held, { post_only = true }, -2) end,
  function(q, held)                                  -- wakes when the price runs a little
    local place, sign = side(held)
    local trigger = q.mid * (1 + sign * draw(6) / 10000)
    local fields = { symbol = symbol, qty = p.size, stop = trigger, tag = "stop" }
    if draw(2) == 1 then fields.price = trigger * (1 + sign / 10000) end
    return place(fields)
  end,
  function(q, held)
    if held == 0 or not symbol:find(":USDT$") then return end
    local place = held > 0 and sell or buy
    return place { symbol = symbol, qty = p.size, reduce_only = true }
  end,
  function(q, _, open)
    local o = working(open)
    if not o then return end
    local sign = o.side == "buy" and 1 or -1
    return amend(o, { price = away(q, sign, draw(4) - 1) })
  end,
  function(_, _, open)
    local o = working(open)
    if o then return amend(o, { qty = o.filled + p.size * draw(3) }) end
  end,
  function(_, _, open) if #open > 0 then return cancel(open[draw(#open)]) end end,
  function() return cancel { symbol = symbol, tag = "far" } end,
  function() return target(symbol, (draw(9) - 5) * p.size) end,
  function(_, held) if held ~= 0 then return close(symbol) end end,
}

function on_start() every(p.pause, "act") end

function on_timer()
  if p.other ~= "" then symbol = symbol == p.symbol and p.other or p.symbol end
  local q = quote(symbol)
  if not q or not q.mid then return end
  local open = orders { symbol = symbol }
  if #open > 8 then return cancel { symbol = symbol } end
  return acts[draw(#acts)](q, position(symbol).qty, open)
end

function on_stop()
  if not p.flat then return end
  if p.other == "" then return close(p.symbol) end
  return { close(p.symbol), close(p.other) }
end
