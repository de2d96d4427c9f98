subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  state.last = trade -- finds state-value
end
