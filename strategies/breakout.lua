-- Breakout: enters when a bar closes beyond the Donchian channel of the bars before it, and leaves
-- by a stop that trails the close by a number of average true ranges, or when a bar closes beyond
-- the channel's other side.
--
-- Makes money   when a move that leaves the range goes on: few trades gain, and gain much.
-- Loses money   when breakouts fail, which most do: expect well below half of the trades to gain.
-- Risks         each trade is sized so that its stop costs about `risk`, but a stop is a market
--               order: across a gap it fills where the market is, not where the stop was. The stop
--               rests at the venue. With bars alone an entry fills at the next open, and its stop
--               is placed at once: it guards the rest of that bar already.
--               Stopping the script cancels the stop, and so closes the position.
--
-- Parameters    bars       the bar size: 1m, 5m, 1h, 100t …
--               length     bars in the channel
--               atr        bars in the average true range
--               stop       distance of the stop, in average true ranges
--               risk       what a trade may lose at its stop, in the quote currency
--               max_size   the largest position, whatever the risk allows

local p = params {
  symbol = "sim:BTC/USDT:USDT",
  bars = "1m",
  length = { default = 20, min = 2, max = 10000, help = "bars in the channel" },
  atr = { default = 14, min = 1, max = 10000, help = "bars in the average true range" },
  stop = { default = 3.0, min = 0.1, max = 50, help = "average true ranges to the stop" },
  risk = { default = 20.0, min = 0, help = "loss at the stop, in the quote currency" },
  max_size = { default = 0.05, min = 0, help = "the largest position" },
}

subscribe(p.symbol, "bars:" .. p.bars)

local channel, range = ta.donchian(p.length), ta.atr(p.atr)
local upper, middle, lower     -- of the bars before the one at hand
local stop_at, stop_qty        -- what the next stop order is to be

-- The stop belongs to one side, is reduce-only, and may be larger than what has filled so far: it
-- never does more than leave the position.
local function stop_order(is_long)
  local leave = is_long and sell or buy
  return leave { symbol = p.symbol, qty = stop_qty, stop = stop_at, reduce_only = true,
                 tag = "stop" }
end

local function enter(bar, is_long, atr)
  local qty = math.min(p.max_size, p.risk / (p.stop * atr))
  if qty < math.max(instrument(p.symbol).min_qty, instrument(p.symbol).lot) then
    log.warn("a breakout at %s is too risky for the smallest order", bar.close)
    return
  end
  stop_at = bar.close + (is_long and -1 or 1) * p.stop * atr
  stop_qty = qty
  return (is_long and buy or sell) { symbol = p.symbol, qty = qty, tag = "entry" }
end

-- Moves the stop after the close, never back, and not for less than a tenth of the range.
local function trail(bar, is_long, atr)
  local old = orders { symbol = p.symbol, tag = "stop" }[1]
  local qty = math.abs(position(p.symbol).qty)
  local wanted = bar.close + (is_long and -1 or 1) * p.stop * atr
  if not old then              -- refused, or lost with a restart: a position is never left without
    stop_at, stop_qty = wanted, qty
    return stop_order(is_long)
  end
  local gain = is_long and wanted - old.stop or old.stop - wanted
  if old.state ~= "waiting" or gain < 0.1 * atr then return end
  stop_at, stop_qty = wanted, qty
  return { cancel(old), stop_order(is_long) }
end

function on_bar(bar)
  local top, bottom = upper, lower
  local atr = range(bar)
  upper, middle, lower = channel(bar)
  if not (top and atr) or atr == 0 then return end
  plot("upper", top)           -- shown nowhere yet, but tests see it
  plot("lower", bottom)

  local held = position(p.symbol).qty
  local up, down = bar.close > top, bar.close < bottom
  if held ~= 0 then
    if held > 0 and down or held < 0 and up then return close(p.symbol) end
    return trail(bar, held > 0, atr)
  end
  if #orders { symbol = p.symbol, tag = "entry" } > 0 then return end
  if up then return enter(bar, true, atr) end
  if down and instrument(p.symbol).kind ~= "spot" then return enter(bar, false, atr) end
end

-- The first part of an entry that fills brings the stop with it.
function on_fill(fill)
  if fill.order.tag ~= "entry" or not stop_at then return end
  if #orders { symbol = p.symbol, tag = "stop" } > 0 then return end
  return stop_order(fill.side == "buy")
end

function on_order(order)
  if order.tag == "stop" and order.state == "rejected" then
    alert(("the stop at %s was refused: %s; tried again at the next bar")
      :format(order.stop, order.reason))
  end
end

function on_stop()
  return close(p.symbol)
end
