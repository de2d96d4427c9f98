-- A27: a flood of timers.
-- ends: failure
-- says: more than 1000 timers in one callback
require "attacked"

function attack()
  for i = 1, 1000000 do after(1, "t" .. i) end
end
