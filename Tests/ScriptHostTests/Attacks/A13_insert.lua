-- A13: inserting in front of a long list, again and again.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

local list = {}
for i = 1, 300000 do list[i] = i end

function attack()
  while true do
    table.insert(list, 1, 0)
    table.remove(list, 1)
  end
end
