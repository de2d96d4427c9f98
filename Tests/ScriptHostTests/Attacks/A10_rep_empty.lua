-- A10: many repetitions of nothing.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack()
  while true do local s = (""):rep(10000000) end
end
