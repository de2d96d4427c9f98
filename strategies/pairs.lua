-- Pairs: trades the ratio of two prices back to its mean.
--
-- At the end of each bar it measures how many deviations log(a / b) is from its mean. Far above it
-- sells a and buys b for the same money, far below the other way round; near the mean it leaves
-- both. A leg that is refused takes the other with it: half a pair is a bet on the whole market.
--
-- Makes money   when the two are tied to each other and the ratio comes back soon.
-- Loses money   when they are not, or no longer: the ratio then walks away, and mean reversion
--               adds up losses one stop at a time. Four taker fees for a round trip are the price.
--               On the embedded exchange ETH does come back to BTC, by about what the fees take.
-- Risks         legs fill one after the other; a leg that cannot be filled is tried once a bar for
--               `patience` bars, then both are closed. Spot cannot be sold short, so a pair
--               with a spot leg takes only the trades that buy this leg.
--
-- Parameters    a, b       the two symbols
--               bars       how often the ratio is measured
--               window     bars in its mean and deviation
--               enter, leave, stop   deviations at which a trade begins, ends, is given up
--               notional   money in each leg, in the quote currency
--               longest    bars after which a trade ends in any case
--               patience   bars that a leg may take to fill

local p = params {
  a = "sim:ETH/USDT",
  b = "sim:BTC/USDT:USDT",
  bars = "1m",
  window = { default = 240, min = 10, max = 100000, help = "bars in mean and deviation" },
  enter = { default = 2.5, min = 0, max = 20, help = "deviations that begin a trade" },
  leave = { default = 0.0, min = 0, max = 20, help = "deviations that end it" },
  stop = { default = 5.0, min = 0, max = 50, help = "deviations that give it up" },
  notional = { default = 1000.0, min = 0, help = "money in each leg" },
  longest = { default = 240, min = 1, help = "bars in a trade at most" },
  patience = { default = 3, min = 1, help = "bars for a leg to fill" },
}
assert(p.leave < p.enter and p.enter < p.stop, "expected leave < enter < stop")

subscribe(p.a, "bars:" .. p.bars)
subscribe(p.b, "bars:" .. p.bars)

local score = ta.zscore(p.window)
local last = {}                        -- by symbol: its last close, and the bar's start
local is_refused = false

local function can_hold(symbol, qty)
  return qty > 0 or instrument(symbol).kind ~= "spot"
end

local function is_there(symbol, wanted)
  return math.abs(position(symbol).qty - wanted) < instrument(symbol).lot / 2
end

-- The quantity of a leg in whole lots, so that it can be seen to be there.
local function leg(symbol, side)
  local lot = instrument(symbol).lot
  return side * tonumber(("%.12g"):format(p.notional / last[symbol].close // lot * lot))
end

local function begin(side)
  local a, b = leg(p.a, side), leg(p.b, -side)
  if a == 0 or b == 0 or not (can_hold(p.a, a) and can_hold(p.b, b)) then return end
  state.trade = { side = side, a = a, b = b, bars = 0, missing = 0 }
  is_refused = false
end

-- Why the trade is over; nil: it goes on.
local function ending(trade, z)
  local away = -trade.side * z         -- positive while the ratio has not come back
  if is_refused then return "a leg was refused" end
  if trade.missing > p.patience then return "a leg did not fill" end
  if away <= p.leave then return "back at the mean" end
  if away >= p.stop then return "too far away" end
  if trade.bars >= p.longest then return "too long" end
end

-- Brings each leg where it belongs, once a bar: target() asks only for what is missing of it.
local function settle(z)
  local trade = state.trade
  if trade then
    trade.bars = trade.bars + 1
    local has_both = is_there(p.a, trade.a) and is_there(p.b, trade.b)
    if trade.bars > 1 then trade.missing = has_both and 0 or trade.missing + 1 end
    local why = ending(trade, z)
    if why then
      log.info("leaving at %.2f deviations: %s", z, why)
      state.trade = nil
      -- After a stop or a refusal, wait for the ratio to come back before the next trade.
      state.is_waiting = why ~= "back at the mean"
    end
  end
  trade = state.trade or { a = 0, b = 0 }
  local list = {}
  if not is_there(p.a, trade.a) then list[#list + 1] = target(p.a, trade.a) end
  if not is_there(p.b, trade.b) then list[#list + 1] = target(p.b, trade.b) end
  return list
end

function on_bar(bar)
  last[bar.symbol] = { close = bar.close, time = bar.time }
  local a, b = last[p.a], last[p.b]
  if not (a and b) or a.time ~= b.time then return end   -- a span without trades makes no bar
  local z = score(math.log(a.close / b.close))
  if not z then return end
  plot("deviations", z)        -- shown nowhere yet, but tests see it
  if state.is_waiting and math.abs(z) < p.enter / 2 then state.is_waiting = false end
  if not state.trade and not state.is_waiting and math.abs(z) > p.enter
    and math.abs(z) < p.stop then
    begin(z > 0 and -1 or 1)
    if state.trade then log.info("entering at %.2f deviations", z) end
  end
  return settle(z)
end

function on_order(order)
  if order.state == "rejected" then is_refused = true end
end

function on_stop()
  return { close(p.a), close(p.b) }
end
