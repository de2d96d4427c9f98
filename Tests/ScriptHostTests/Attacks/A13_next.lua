-- A13: next, which looks for its successor among all keys.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

local t = {}
for i = 1, 100000 do t["k" .. i] = i end

function attack()
  local key = next(t)
  while key do key = next(t, key) end
end
