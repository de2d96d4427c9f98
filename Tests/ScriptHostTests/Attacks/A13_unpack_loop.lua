-- A13: a hundred thousand values, again and again.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  while true do local n = select("#", table.unpack({}, 1, 100000)) end
end
