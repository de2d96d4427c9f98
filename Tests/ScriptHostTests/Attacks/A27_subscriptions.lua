-- A27: a flood of subscriptions.
-- ends: load
-- says: more than 1000 subscriptions
for i = 1, 100000 do subscribe("sim:A" .. i .. "/USDT", "trades") end
