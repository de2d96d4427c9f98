-- A28: the clock, the environment, addresses, paths.
-- ends: nothing
-- says: 10000 callbacks later
require "attacked"

function attack()
  assert(not pcall(function() return os.getenv end))
  local before = os.clock()
  for i = 1, 10000 do end
  assert(os.clock() == before and os.time() == math.floor(before))
  for _, value in ipairs{{}, print, attack, coroutine.create(print), position("sim:BTC/USDT:USDT")} do
    assert(not tostring(value):find("0x"))
    assert(not string.format("%s", value):find("0x"))
  end
  assert(not pcall(string.format, "%p", {}))
  local _, message = pcall(error, "x", 1)
  assert(not message:find("/"))
  _, message = pcall(require, "nowhere")
  assert(not message:find("/work") and not message:find("Tests"))
  assert(not traceback():find("/"))
end
