-- An indicator that follows a feed is read by its fields, and only the host feeds it.
local SYMBOL = "sim:BTC/USDT:USDT"
subscribe(SYMBOL, "trades")
local fast, plain = ta.ema(5):of(SYMBOL, "trades"), ta.ema(9)

when(ta.above(fast, 1), function(trade) buy{qty = trade.qty} end)  -- finds unreturned-intent

function on_trade(trade)
  log.info(fast.valeu)                -- finds unknown-field
  if fast > trade.price then return end  -- finds operand-type
  fast.value = 1                      -- finds read-only
  log.info(plain.value)               -- finds not-a-table
  plain:off(SYMBOL, "trades")         -- finds unknown-field
  fast(trade.price)                   -- finds not-a-function
  log.info(ta.crossover(plain, 1))    -- finds argument-type
end
