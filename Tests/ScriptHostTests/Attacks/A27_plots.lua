-- A27: a flood of points.
-- ends: failure
-- says: more than 1000 plots in one callback
require "attacked"

function attack()
  for i = 1, 1000000 do plot("x", i) end
end
