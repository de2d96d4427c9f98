-- A14: long lists without a comparator, again and again.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack()
  local list = {}
  for i = 1, 200000 do list[i] = -i end
  while true do
    table.sort(list)
    list[1], list[#list] = list[#list], list[1]
  end
end
