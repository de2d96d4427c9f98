-- Does everything an order can be asked for, at random, and counts in `state` what it hears of: to be killed.
local p = params {
  symbol = "coinex:BTC/USDT:USDT",
  other = { default = "", help = "a second symbol, which takes turns" },
  size = { default = 0.01, min = 0, help = "quantity of an order" },
  acts = { default = 1, min = 0, help = "decides the acts" },
}

subscribe(p.symbol, "quotes", "trades")
if p.other ~= "" then subscribe(p.other, "quotes", "trades") end
state.fills = state.fills or 0
state.turn = state.turn or 0

local symbol = p.symbol
-- A generator of its own, which goes on where the last run's was.
local last = p.acts * 7919 + state.turn * 104729 + 12345
local function draw(count)
  last = (last * 1103515245 + 12345) % 2147483648
  return last // 65536 % count + 1
end

local function away(q, sign, points)
  local touch = sign > 0 and q.bid or q.ask
  return touch * (1 - sign * points / 10000)
end

local function order(q, fields, points, most)
  local isBuy = draw(2) == 1
  fields.symbol, fields.qty = symbol, p.size * draw(most or 3)
  if points then fields.price = away(q, isBuy and 1 or -1, points) end
  return (isBuy and buy or sell)(fields)
end

local function working()
  local list = {}
  for _, o in ipairs(orders { symbol = symbol }) do
    if o.state == "working" and o.price then list[#list + 1] = o end
  end
  return list[#list > 0 and draw(#list) or 1]
end

local acts = {
  function(q) return order(q, {}) end,
  function(q) return order(q, { tag = "far" }, 3) end,
  function(q) return order(q, { tag = "touch" }, 0) end,
  function(q) return order(q, { tag = "large" }, 0, 8) end,      -- fills in parts
  function(q) return order(q, { tif = "ioc" }, -1) end,
  function(q) return order(q, { tif = "fok" }, -1) end,
  function(q) return order(q, { post_only = true }, 0.1) end,
  function(q)
    local isBuy = draw(2) == 1
    local sign = isBuy and 1 or -1
    local fields = { symbol = symbol, qty = p.size, stop = q.mid * (1 + sign * draw(6) / 10000), tag = "stop" }
    if draw(2) == 1 then fields.price = fields.stop * (1 + sign / 10000) end
    return (isBuy and buy or sell)(fields)
  end,
  function(_, held)
    if held == 0 or not symbol:find(":USDT$") then return end
    return (held > 0 and sell or buy) { symbol = symbol, qty = p.size, reduce_only = true }
  end,
  function(q)
    local o = working()
    if o then return amend(o, { price = away(q, o.side == "buy" and 1 or -1, draw(4) - 1) }) end
  end,
  function()
    local o = working()
    if o then return amend(o, { qty = o.filled + p.size * draw(3) }) end
  end,
  function(q)                                                    -- two at once
    local o = working()
    if not o then return end
    return { amend(o, { qty = o.filled + p.size * draw(6) }), order(q, {}, nil, 6) }
  end,
  function()
    local open = orders { symbol = symbol }
    if #open > 0 then return cancel(open[draw(#open)]) end
  end,
  function() return cancel { symbol = symbol, tag = "far" } end,
  function() return target(symbol, (draw(9) - 5) * p.size) end,
  function(_, held) if held ~= 0 then return close(symbol) end end,
}

function on_start() every(0.2, "act") end

function on_timer()
  state.turn = state.turn + 1
  if p.other ~= "" then symbol = symbol == p.symbol and p.other or p.symbol end
  local q = quote(symbol)
  if not q or not q.bid or not q.ask then return end
  if #orders { symbol = symbol } > 12 then return cancel { symbol = symbol } end
  return acts[draw(#acts)](q, position(symbol).qty)
end

function on_fill() state.fills = state.fills + 1 end
