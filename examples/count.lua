-- Counts what it hears and says so at the end. It returns nothing, so it never trades.
local p = params { symbol = "sim:BTC/USDT:USDT" }

subscribe(p.symbol, "trades")
subscribe(p.symbol, "quotes")
subscribe(p.symbol, "book")

local trades, quotes, books = 0, 0, 0

function on_trade() trades = trades + 1 end
function on_quote() quotes = quotes + 1 end
function on_book() books = books + 1 end

function on_stop()
  log.info("heard %d trades, %d quotes, %d book messages", trades, quotes, books)
end
