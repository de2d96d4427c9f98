-- A27: the same, swallowed.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  while true do pcall(log.debug, "x") end
end
