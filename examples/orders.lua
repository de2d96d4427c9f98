-- The life of one order: placed below the market, followed, amended, cancelled.
local symbol = "sim:BTC/USDT"
subscribe(symbol, "quotes")

function on_start()
  after(1, "place")
  after(3, "amend")
  after(5, "cancel")
end

function on_timer(name)
  local top = quote(symbol)
  if not top or not top.bid then return end
  if name == "place" then
    return buy { symbol = symbol, qty = 0.001, price = top.bid * 0.99, post_only = true, tag = "mine" }
  end
  local order = orders { symbol = symbol, tag = "mine" }[1]
  if not order then return end
  if name == "amend" then return amend(order, { price = top.bid * 0.98 }) end
  return cancel(order)
end

function on_order(order)
  log.info("order %s is %s at %s", order.id, order.state, order.price)
end
