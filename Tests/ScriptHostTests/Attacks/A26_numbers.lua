-- A26: quantities and prices that are none.
-- ends: nothing
-- says: 10000 callbacks later
require "attacked"

function attack()
  local symbol = "sim:BTC/USDT:USDT"
  local wrong = {0/0, 1/0, -1/0, 0, -0.0, -1, "1e400", "nan", "inf", "", "1,5", "0x10", " 1", "1e-19",
    "0.1234567890123456789", 1e300, math.mininteger, true, {}, "9" .. ("0"):rep(40)}
  for i = 1, #wrong do
    assert(not pcall(buy, {symbol = symbol, qty = wrong[i]}), i)
    assert(not pcall(sell, {symbol = symbol, qty = 1, price = wrong[i]}), i)
    assert(not pcall(buy, {symbol = symbol, qty = 1, stop = wrong[i]}), i)
  end
  for i, amount in ipairs{0/0, 1/0, "1e400", "nan", {}, true} do
    assert(not pcall(target, symbol, amount), i)
  end
  assert(buy{symbol = symbol, qty = 9007199254740993}.qty)
  assert(tostring(buy{symbol = symbol, qty = "0.000000000000000001"}))
end
