-- Market maker: keeps one post-only quote on each side of the book and lives from the spread.
--
-- Both quotes are placed around a fair price: the mid, moved away from the inventory. Long, it
-- quotes lower, so that it is likelier to sell than to buy; short, it quotes higher. When the
-- mid moves more, its quotes move further out.
--
-- Makes money   when buyers and sellers take turns and the price comes back.
-- Loses money   when the price runs: it then buys all the way down, or sells all the way up, and
--               holds the limit at the worst price. And wherever a maker pays: the spread of a
--               liquid market is narrower than two usual maker fees, on the embedded exchange too.
--               Those who live from this are paid for it: --fees maker=-0.005%
-- Risks         the inventory, up to max_position at any moment, its open quotes included. It is
--               sold at market when you stop the script.
--
-- Parameters    size           quantity of each quote
--               max_position   hard limit: position plus open quotes never exceed it
--               spread         distance of a quote from the fair price, in basis points, at least
--               volatility     how many standard deviations of the mid's moves are added to it
--               skew           basis points that the fair price moves when the inventory is full
--               requote        a quote is moved when it is off by this many basis points
--               pause          seconds between two messages about the same quote, at least
--               stale          seconds without news from the market after which quotes are pulled

local p = params {
  symbol = "sim:BTC/USDT:USDT",
  size = { default = 0.01, min = 0, help = "quantity of each quote" },
  max_position = { default = 0.05, min = 0, help = "the most to be long or short" },
  spread = { default = 0.5, min = 0, max = 500, help = "basis points from the fair price" },
  volatility = { default = 0.5, min = 0, max = 20, help = "deviations added to the spread" },
  skew = { default = 0.75, min = 0, max = 500, help = "basis points at full inventory" },
  requote = { default = 0.2, min = 0, max = 100, help = "basis points off before a quote moves" },
  pause = { default = 0.25, min = 0, help = "seconds between messages about a quote" },
  stale = { default = 10.0, min = 1, help = "seconds of silence before quotes are pulled" },
}

assert(p.max_position > 0, "max_position must be above 0")

subscribe(p.symbol, "quotes")

local moves = ta.stdev(60)           -- of the mid's change in a second, in basis points
local width, last_mid = 0, nil
-- By side: when it may speak again, how often in a row it was not heard, the terms that stand.
local sides = { buy = { ready = 0, tries = 0 }, sell = { ready = 0, tries = 0 } }

-- What brings one side's quote to `price` with as much of the size as `room` leaves; nil: nothing.
local function work(side, price, room)
  local mine = sides[side]
  if now() < mine.ready then return end
  local i = instrument(p.symbol)
  local qty = math.min(p.size, room)
  local fits = qty >= math.max(i.min_qty, i.lot) and qty * price >= i.min_notional
  local quote = orders { symbol = p.symbol, tag = side }[1]
  local intent
  if not quote then
    if not fits then return end
    local place = side == "buy" and buy or sell
    mine.price = nil
    intent = place { symbol = p.symbol, qty = qty, price = price, post_only = true, tag = side }
  elseif quote.state ~= "working" then
    return                           -- an answer is on its way; acting on a guess doubles orders
  elseif not fits then
    intent = cancel(quote)
  else
    -- A small move is not worth the place in the queue; a quote that is nearly used up is.
    local off = math.abs(quote.price - price) / price * 10000
    if off < p.requote and quote.remaining >= qty / 2 then return end
    -- The total counts what has filled, so a fill that crosses the amendment on its way leaves
    -- less open, never more: the inventory limit holds. %.12g drops the dust of float sums.
    local total = tonumber(("%.12g"):format(quote.filled + qty))
    intent = amend(quote, { price = price, qty = total })
  end
  -- What was refused once is mostly refused again: each try without success waits longer. The
  -- risk gate's refusals come without an order, so only success can end the waiting.
  mine.tries = mine.tries + 1
  mine.ready = now() + math.max(p.pause, math.min(60, 5 * (mine.tries - 1)))
  return intent
end

local function pull()
  if #orders { symbol = p.symbol } > 0 then return cancel { symbol = p.symbol } end
end

function on_start() every(1, "second") end

function on_quote(q)
  if not q.mid then return pull() end      -- one side is empty: there is no fair price
  local held = position(p.symbol).qty
  local tick = instrument(p.symbol).tick
  local fair = q.mid * (1 - p.skew / 10000 * held / p.max_position)
  local half = fair * (p.spread + width) / 10000
  -- Never through the other side: a post-only order that would take is refused.
  local bid = math.min(fair - half, q.ask - tick)
  local ask = math.max(fair + half, q.bid + tick)
  local buys = work("buy", bid, p.max_position - held)
  local sells = work("sell", ask, p.max_position + held)
  if not (buys and sells) then return buys or sells end
  -- The side that the market moves towards goes first, or our own quotes would meet.
  if last_mid and q.mid > last_mid then return { sells, buys } end
  return { buys, sells }
end

function on_timer()
  local q = quote(p.symbol)
  if not q or now() - q.received > p.stale then return pull() end
  if not q.mid then return end
  if last_mid then width = p.volatility * (moves((q.mid / last_mid - 1) * 10000) or 0) end
  last_mid = q.mid
  plot("mid", q.mid)           -- shown nowhere yet, but tests see it
  plot("position", position(p.symbol).qty)
end

function on_order(order)
  local mine = sides[order.tag]
  if not mine or order.state ~= "working" then return end
  if order.price == mine.price and order.qty == mine.qty then return end  -- nothing was granted
  mine.price, mine.qty, mine.tries, mine.ready = order.price, order.qty, 0, now() + p.pause
end

function on_stop() return close(p.symbol) end
