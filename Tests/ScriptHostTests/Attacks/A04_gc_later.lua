-- A4: __gc set after the metatable: Lua looks for it only when the metatable is set.
-- ends: nothing
-- says: 10000 callbacks later
require "attacked"

function attack()
  local meta = {}
  for _ = 1, 100 do setmetatable({}, meta) end
  meta.__gc = function() while true do end end
  rawset(meta, "__gc", function() while true do end end)
  local waste = {}
  for i = 1, 20000 do waste[i] = {} end
end
