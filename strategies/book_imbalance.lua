-- Book imbalance: follows the heavier side of the book for a few seconds.
--
-- When the bids near the touch outweigh the asks, the next move is up a little more often than
-- down. The strategy smooths the imbalance of the best levels, takes the touch with an
-- immediate-or-cancel order when it is strong, and leaves after a fixed time.
--
-- Makes money   where the imbalance says more than the costs: tiny ticks, very low taker fees.
-- Loses money   nearly everywhere else. It pays the spread and two taker fees for each trade; the
--               effect is real and mostly smaller than that. Run it to study the signal, and look
--               at the fees in the summary before anything else.
-- Risks         quoted sizes can be fake. The time stop, not the price, ends a trade, so a jump
--               within the hold is taken in full. `max_loss` ends new entries for good.
--
-- Parameters    levels      levels of each side that are weighed
--               smooth      length of the average over the imbalance, in book updates
--               threshold   imbalance needed, from 0 (even) to 1 (one side only)
--               size        quantity of a trade
--               hold        seconds after which a trade is left
--               pause       seconds after an order, filled or not, before the next entry
--               max_loss    realised loss, fees included, that ends the entries

local p = params {
  symbol = "sim:BTC/USDT:USDT",
  levels = { default = 5, min = 1, max = 100, help = "levels weighed on each side" },
  smooth = { default = 20, min = 1, max = 10000, help = "updates in the average" },
  threshold = { default = 0.35, min = 0, max = 1, help = "imbalance needed for an entry" },
  size = { default = 0.01, min = 0, help = "quantity of a trade" },
  hold = { default = 15.0, min = 0.1, help = "seconds in a trade" },
  pause = { default = 10.0, min = 0.1, help = "seconds between entries" },
  max_loss = { default = 200.0, min = 0, help = "loss that ends the entries" },
}

subscribe(p.symbol, "book")

local average = ta.ema(p.smooth)
local next_try, next_exit = 0, 0
local is_done = false

local function leave()
  if now() < (state.leave_at or 0) or now() < next_exit then return end
  next_exit = now() + 1                -- one market order a second, should the venue refuse it
  return close(p.symbol)
end

local function has_lost_enough()
  if is_done then return true end
  local held = position(p.symbol)
  is_done = held.realised_pnl - held.fees <= -p.max_loss
  if is_done then alert(("lost %s: no more entries"):format(p.max_loss)) end
  return is_done
end

function on_book(book)
  local bids, asks = book:volume("buy", p.levels), book:volume("sell", p.levels)
  if bids == 0 or asks == 0 then return end
  local signal = average((bids - asks) / (bids + asks))
  if not signal then return end

  local held = position(p.symbol).qty
  if held ~= 0 then
    -- A signal that has turned against the trade ends it early.
    if held * signal < 0 and math.abs(signal) > p.threshold then state.leave_at = now() end
    return leave()
  end
  if math.abs(signal) < p.threshold or now() < next_try then return end
  if #orders { symbol = p.symbol } > 0 or has_lost_enough() then return end
  if signal < 0 and instrument(p.symbol).kind == "spot" then return end

  next_try = now() + p.pause
  -- At the touch and not a tick beyond: what is gone by then is not chased.
  if signal > 0 then
    return buy { symbol = p.symbol, qty = p.size, price = book.ask, tif = "ioc", tag = "entry" }
  end
  return sell { symbol = p.symbol, qty = p.size, price = book.bid, tif = "ioc", tag = "entry" }
end

function on_fill(fill)
  if fill.order.tag == "entry" then state.leave_at = now() + p.hold end
  next_try = now() + p.pause
end

function on_stop()
  return close(p.symbol)
end
