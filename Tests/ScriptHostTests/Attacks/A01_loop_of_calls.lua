-- A1: an endless loop of calls that allocate.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  while true do local t = {tostring(1), {}} end
end
