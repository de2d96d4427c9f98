-- Logs every trade as a line of CSV: a way to get data for a first backtest.
--
--   runner examples/to_csv.lua --seed 1 --duration 1h --speed 100000 | sed -n 's/^.* csv //p' > trades.csv
local p = params { symbol = "sim:BTC/USDT:USDT" }
subscribe(p.symbol, "trades")

function on_start()
  log.info("csv timestamp,price,amount,side,id")
end

function on_trade(trade)
  log.info("csv %d,%s,%s,%s,%d", trade.time_ns, trade.price, trade.qty, trade.side, trade.id)
end
