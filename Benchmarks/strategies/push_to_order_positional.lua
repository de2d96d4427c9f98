-- push_to_order.lua for the lean C client: the same decision, the top of the book as values.
local average = 0.0

function on_book(bid, bid_qty, ask, ask_qty)
  local mid = (bid + ask) * 0.5
  average = average == 0 and mid or average + 0.05 * (mid - average)
  if bid_qty >= 100 and bid < average + 1000 then
    return 0.001, bid
  end
end
