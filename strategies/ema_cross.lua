-- EMA cross: long while the fast average of trade prices is above the slow one, short below.
--
-- Makes money   when the price runs one way for much longer than the slow average looks back.
-- Loses money   when it goes sideways: each false cross costs two taker fees and the spread.
--               In a market without trends the loss is steady, and about the fees paid.
-- Risks         always in the market, so a jump against it is taken in full: there is no stop.
--               The position stays when you stop the script, as the signal does not end with it.
--               On spot, where nothing can be sold short, it is flat instead of short.
--
-- Parameters    fast, slow   lengths of the averages, in trades
--               band         how far apart they must be to count as crossed, in basis points:
--                            a wider band trades less and later
--               size         the position held, long or short
--               retry        seconds before a refused or partly filled order is tried again; each
--                            further try waits twice as long

local p = params {
  symbol = "sim:BTC/USDT:USDT",
  fast = { default = 50, min = 2, max = 10000, help = "length of the fast average, in trades" },
  slow = { default = 200, min = 3, max = 100000, help = "length of the slow average, in trades" },
  band = { default = 1.0, min = 0, max = 100, help = "basis points between them that count" },
  size = { default = 0.01, min = 0, help = "position to hold, in the symbol's quantity" },
  retry = { default = 5.0, min = 0.1, help = "seconds between two attempts to get there" },
}
assert(p.fast < p.slow, "fast must be shorter than slow: with both alike there is no cross")

subscribe(p.symbol, "trades")

local fast, slow = ta.ema(p.fast), ta.ema(p.slow)
local wanted       -- the position that the last cross asks for; nil before the first
local next_try, wait = 0, p.retry

function on_start()
  local i = instrument(p.symbol)
  if p.size < math.max(i.min_qty, i.lot) then
    log.error("size %s is below the smallest order of %s: every order will be refused",
      p.size, p.symbol)
  end
end

function on_trade(trade)
  local f, s = fast(trade.price), slow(trade.price)
  if not s then return end                          -- still warming up

  -- Inside the band the last signal stays: averages that touch would flip the position each trade.
  local gap = (f - s) / s * 10000
  if gap > p.band then
    wanted = p.size
  elseif gap < -p.band then
    wanted = instrument(p.symbol).kind == "spot" and 0 or -p.size
  end
  if not wanted then return end
  if position(p.symbol).qty == wanted then
    wait = p.retry
    return
  end

  -- Trades come many times a second, and an order that was refused once will mostly be again:
  -- each try waits twice as long, up to a minute or the first wait.
  if now() < next_try then return end
  next_try = now() + wait
  wait = math.max(p.retry, math.min(60, 2 * wait))
  return target(p.symbol, wanted)
end

function on_order(order)
  if order.state == "rejected" then
    log.warn("%s of %s refused: %s", order.side, order.qty, order.reason)
  end
end
