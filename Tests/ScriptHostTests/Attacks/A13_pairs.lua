-- A13: sorting many keys, again and again.
-- ends: strategy
-- says: (script.
require "attacked"

local t = {}
for i = 1, 100000 do t["k" .. i] = i end

function attack()
  while true do for _ in pairs(t) do break end end
end
