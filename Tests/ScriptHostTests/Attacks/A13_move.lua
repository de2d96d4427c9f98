-- A13: moving what is not there.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  while true do table.move({}, 1, 10000000, 2) end
end
