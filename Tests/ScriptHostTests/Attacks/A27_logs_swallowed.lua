-- A27: the same, swallowed.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack()
  while true do pcall(log.debug, "x") end
end
