-- A17: coroutines without end, all kept.
-- ends: failure
-- says: more than 1000 coroutines in one callback
require "attacked"

function attack()
  local kept = {}
  while true do kept[#kept + 1] = coroutine.create(function() end) end
end
