-- A14: long lists without a comparator, again and again.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  local list = {}
  for i = 1, 200000 do list[i] = -i end
  while true do
    table.sort(list)
    list[1], list[#list] = list[#list], list[1]
  end
end
