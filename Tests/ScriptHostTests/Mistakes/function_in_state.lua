subscribe("sim:BTC/USDT", "trades")
state.log = state.log or {}
local own = state.log
local function show() log.info("shown") end
function on_trade(trade)
  state.show = function() return trade.price end -- finds state-value
  state.log.show = show -- finds state-value
  own.last = print -- finds state-value
  state.open = { orders = orders(), at = now() } -- finds state-value
  state.mean = state.mean or ta.ema(20) -- finds state-value
  state.exit = close() -- finds state-value
  table.insert(state.log, trade) -- finds state-value
  rawset(state, "again", show) -- finds state-value
end
function on_fill(fill)
  state.fill = fill:copy() -- finds state-value
  state.price = fill.price
end
function state.helper() end -- finds state-value
