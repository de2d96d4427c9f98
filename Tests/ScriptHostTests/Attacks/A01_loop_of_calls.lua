-- A1: an endless loop of calls that allocate.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack()
  while true do local t = {tostring(1), {}} end
end
