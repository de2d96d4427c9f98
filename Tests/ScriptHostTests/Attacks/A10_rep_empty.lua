-- A10: many repetitions of nothing.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  while true do local s = (""):rep(10000000) end
end
