subscribe("sim:BTC/USDT", "trades") -- finds no-handler
