-- TWAP: buys or sells a total in equal slices over a span of time, then does nothing more.
--
-- Each slice rests at the touch first and so mostly earns the spread; what is left of it when its
-- time is nearly over is taken from the other side. The schedule, not the price, sets the pace.
--
-- Makes money   it does not: it is how a position is built or left. Its result is the average
--               price against the price at the start, shown at the end.
-- Loses money   against buying at once when the price runs away while it waits.
-- Risks         with a `limit` it may end unfinished, and says so. Others may see the pattern.
--               Stopping the script cancels the open slice and keeps what was bought. Started
--               again with what it remembers (after a reload), it goes on where it was.
--
-- Parameters    side, total   what to do: "buy" or "sell", and how much in all
--               minutes       the time to do it in
--               slices        how many parts
--               limit         the worst price allowed; 0: any
--               take_after    share of a slice's time after which the rest is taken

local p = params {
  symbol = "sim:BTC/USDT:USDT",
  side = { default = "buy", choices = { "buy", "sell" }, help = "buy or sell" },
  total = { default = 0.1, min = 0, help = "quantity in all" },
  minutes = { default = 20.0, min = 0.1, help = "minutes to do it in" },
  slices = { default = 20, min = 1, max = 10000, help = "parts" },
  limit = { default = 0.0, min = 0, help = "worst price allowed, 0: any" },
  take_after = { default = 0.7, min = 0, max = 1, help = "share of a slice before it takes" },
}

subscribe(p.symbol, "quotes")

local span = p.minutes * 60 / p.slices
local sign = p.side == "buy" and 1 or -1
local place = p.side == "buy" and buy or sell
local is_stopping = false

local function is_beyond_limit(price)
  return p.limit > 0 and sign * (price - p.limit) > 0
end

-- How much should be done by the end of this slice, and is not.
local function missing()
  local due = p.total * math.min(1, state.slice / p.slices)
  local qty = tonumber(("%.12g"):format(due - state.done))
  return qty >= math.max(instrument(p.symbol).min_qty, instrument(p.symbol).lot) and qty or 0
end

local function report()
  state.is_over = true
  if state.done == 0 then return log.warn("nothing was done of %s", p.total) end
  local average = state.spent / state.done
  local cost = sign * (average / state.arrival - 1) * 10000
  log.info("%s %s of %s at %.2f on average, %.2f basis points from the price at the start",
    p.side, state.done, p.total, average, cost)
end

-- One order for what is missing now; nil where there is nothing to do.
local function place_slice()
  local q, qty = quote(p.symbol), missing()
  if not q or not q.mid or qty == 0 or state.is_over or is_stopping then return end
  local price = p.side == "buy" and q.bid or q.ask
  if state.is_taking then price = p.side == "buy" and q.ask or q.bid end
  if is_beyond_limit(price) then price = p.limit end
  local is_resting = not state.is_taking
  return place { symbol = p.symbol, qty = qty, price = price, post_only = is_resting,
                 tif = is_resting and "gtc" or "ioc", tag = "slice" }
end

function on_start()
  state.slice = state.slice or 0
  state.done, state.spent = state.done or 0, state.spent or 0
  if state.is_over then return end
  after(0, "begin")
  every(span, "slice")
end

function on_timer(name)
  local q = quote(p.symbol)
  if state.is_over or not q or not q.mid then return end   -- no market yet: the schedule waits
  state.arrival = state.arrival or q.mid
  if name ~= "take" then
    if state.slice == p.slices then report() return cancel { symbol = p.symbol } end
    state.slice = state.slice + 1
    if p.take_after < 1 then after(span * p.take_after, "take") end
  end
  -- The old order goes, and a new one comes only when its end is known: what the old one filled
  -- meanwhile must not be bought twice.
  state.is_taking = name == "take"
  if #orders { symbol = p.symbol } > 0 then return cancel { symbol = p.symbol } end
  return place_slice()
end

function on_order(order)
  -- Only after a cancel: a refused or expired order waits for the next timer.
  if order.state == "cancelled" then return place_slice() end
end

function on_fill(fill)
  state.done = tonumber(("%.12g"):format(state.done + fill.qty))
  state.spent = state.spent + fill.qty * fill.price
  if p.total - state.done < instrument(p.symbol).lot / 2 then report() end
end

function on_stop()
  is_stopping = true                   -- the cancel that ends the slice must not begin another
end
