-- Cross venue: quotes on one venue and hedges each fill on another.
--
-- Its bid on the one venue lies so far below the other's bid that a fill can be sold there with a
-- gain, its ask so far above the other's ask. What fills is hedged at market at once, so that it
-- holds nothing but the difference between two prices of the same thing.
--
-- Makes money   when somebody on the quiet venue pays for not waiting, and the liquid one has the
--               other side at once. The edge must pay for a maker's fee and a taker's.
-- Loses money   when the hedge fills worse than it was seen: the liquid venue moves first, and the
--               quote that it leaves behind is the one that fills.
-- Risks         for the time of a hedge it holds one leg alone. A hedge that is refused is tried
--               again after `retry` seconds; while either venue is lost, or silent for `stale`
--               seconds, it has no quote anywhere. What is to be hedged on a venue that is lost
--               waits for it: then the leg is a bet on the market.
--               Spot is sold only as far as there are coins there.
--
-- Parameters    quote, hedge   the symbol that it quotes, and the one that it hedges with
--               size           quantity of each quote
--               max_position   hard limit of the quoted leg: position plus open quotes
--               edge           basis points that a fill should gain against the other venue's price
--               requote        a quote is moved when it is off by this many basis points
--               pause          seconds between two messages about the same quote, at least
--               retry          seconds after which a hedge that did not fill is tried again
--               stale          seconds without news from either market after which quotes are pulled

local p = params {
  quote = "sim:BTC/USDT",
  hedge = "sim:BTC/USDT:USDT",
  size = { default = 0.01, min = 0, help = "quantity of each quote" },
  max_position = { default = 0.05, min = 0, help = "the most to be long or short" },
  edge = { default = 8.0, min = 0, max = 1000, help = "basis points to gain" },
  requote = { default = 1.0, min = 0, max = 100, help = "basis points off before a quote moves" },
  pause = { default = 0.25, min = 0, help = "seconds between messages about a quote" },
  retry = { default = 2.0, min = 0.1, help = "seconds before a hedge is tried again" },
  stale = { default = 10.0, min = 1, help = "seconds of silence before quotes are pulled" },
}

assert(p.quote ~= p.hedge, "expected two symbols")
assert(p.max_position > 0, "max_position must be above 0")

subscribe(p.quote, "quotes")
subscribe(p.hedge, "quotes")

local function venue_of(symbol) return symbol:match("^[^:]+") end
local function base_of(symbol) return symbol:match(":([^/]+)/") end

local is_lost = {}                     -- by venue: whether it cannot be heard
-- By side: when it may speak again, and the terms that stand.
local sides = { buy = { ready = 0, tries = 0 }, sell = { ready = 0, tries = 0 } }
local hedge_ready = 0

-- A quantity in whole lots, towards zero, without the dust of float sums.
local function lots(symbol, qty)
  local lot = instrument(symbol).lot
  return tonumber(("%.12g"):format((qty / lot + 1e-9) // 1 * lot))
end

-- How much may be sold of a symbol; of spot no more than there are coins.
local function sellable(symbol, wanted)
  if instrument(symbol).kind ~= "spot" then return wanted end
  local _, free = balance(venue_of(symbol) .. ":" .. base_of(symbol))
  return math.min(wanted, free)
end

-- Both quotes of now; nil: one of the markets does not say what it is worth.
local function markets()
  local here, there = quote(p.quote), quote(p.hedge)
  if not (here and there and here.mid and there.mid) then return end
  if is_lost[venue_of(p.quote)] or is_lost[venue_of(p.hedge)] then return end
  local oldest = math.min(here.received, there.received)
  if now() - oldest > p.stale then return end
  return here, there
end

local function pull()
  if #orders { symbol = p.quote } > 0 then return cancel { symbol = p.quote } end
end

-- What is held on one venue and not against it on the other.
local function unhedged() return position(p.quote).qty + position(p.hedge).qty end

-- The order that takes the other side of what has filled; nil: nothing is missing, or it is on its way.
local function rehedge()
  if is_lost[venue_of(p.hedge)] or now() < hedge_ready then return end
  if #orders { symbol = p.hedge } > 0 then return end
  local open = unhedged()
  local i = instrument(p.hedge)
  local qty = lots(p.hedge, math.abs(open))
  if open > 0 then qty = lots(p.hedge, sellable(p.hedge, qty)) end
  if qty < math.max(i.min_qty, i.lot) then return end
  local there = quote(p.hedge)
  if not (there and there.mid) or qty * there.mid < i.min_notional then return end
  hedge_ready = now() + p.retry
  local place = open > 0 and sell or buy
  return place { symbol = p.hedge, qty = qty, tag = "hedge" }
end

-- What brings one side's quote to `price` with as much of the size as `room` leaves; nil: nothing.
local function work(side, price, room)
  local mine = sides[side]
  if now() < mine.ready then return end
  local i = instrument(p.quote)
  local qty = lots(p.quote, math.min(p.size, room))
  local fits = price > 0 and qty >= math.max(i.min_qty, i.lot) and qty * price >= i.min_notional
  local standing = orders { symbol = p.quote, tag = side }[1]
  local intent
  if not standing then
    if not fits then return end
    local place = side == "buy" and buy or sell
    mine.price = nil
    intent = place { symbol = p.quote, qty = qty, price = price, post_only = true, tag = side }
  elseif standing.state ~= "working" then
    return                             -- an answer is on its way; acting on a guess doubles orders
  elseif not fits then
    intent = cancel(standing)
  else
    local off = math.abs(standing.price - price) / price * 10000
    if off < p.requote and standing.remaining >= qty / 2 then return end
    -- A venue that has no amendments gives the place in the queue up all the same.
    intent = cancel(standing)
  end
  -- What was refused once is mostly refused again: each try without success waits longer.
  mine.tries = mine.tries + 1
  mine.ready = now() + math.max(p.pause, math.min(60, 5 * (mine.tries - 1)))
  return intent
end

local function act()
  local list = { rehedge() }
  local here, there = markets()
  if not here then
    list[#list + 1] = pull()
    return list
  end
  local held = position(p.quote).qty
  local tick = instrument(p.quote).tick
  -- A fill is hedged on the far side of the other venue's spread; never through our own.
  local bid = math.min(there.bid * (1 - p.edge / 10000), here.ask - tick)
  local ask = math.max(there.ask * (1 + p.edge / 10000), here.bid + tick)
  -- What cannot be hedged is not quoted.
  local open = orders { symbol = p.quote, tag = "sell" }[1]
  local coins = sellable(p.quote, p.max_position + held) + (open and open.remaining or 0)
  local buys = work("buy", bid, math.min(p.max_position - held, sellable(p.hedge, p.max_position)))
  local sells = work("sell", ask, math.min(p.max_position + held, coins))
  list[#list + 1] = buys
  list[#list + 1] = sells
  return list
end

function on_start() every(1, "second") end

function on_quote(q) return act() end

function on_timer() return act() end

function on_fill(fill)
  if fill.symbol == p.hedge then hedge_ready = 0 end
  return rehedge()
end

function on_status(status)
  if status.symbol then return end     -- of one market: its silence shows in its quotes
  local was = is_lost[status.venue]
  is_lost[status.venue] = status.state == "lost" or status.state == "stale"
  if is_lost[status.venue] and not was then
    log.warn("%s is %s: quotes are pulled until it is back", status.venue, status.state)
    if status.venue == venue_of(p.hedge) and unhedged() ~= 0 then
      alert(("%s cannot be reached, and %s is not hedged"):format(status.venue, unhedged()))
    end
    return pull()
  end
  return act()
end

function on_order(order)
  if order.tag == "hedge" and order.state == "rejected" then hedge_ready = now() + p.retry end
  local mine = sides[order.tag]
  if not mine then return end
  if order.state == "working" or order.state == "cancelled" or order.state == "filled" then
    mine.tries = 0
    if order.state ~= "working" then mine.ready = math.min(mine.ready, now() + p.pause) end
  end
end

-- Both legs belong together, so both are left.
function on_stop() return { close(p.quote), close(p.hedge) } end
