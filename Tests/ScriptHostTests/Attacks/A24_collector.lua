-- A24: stopping the garbage collector.
-- ends: nothing
-- says: 10000 callbacks later
require "attacked"

function attack()
  for _, option in ipairs{"stop", "restart", "step", "generational", "incremental", "collect",
    "setpause", "setstepmul", "isrunning"} do
    assert(not pcall(collectgarbage, option))
  end
  assert(collectgarbage("count") % 64 == 0)
end
