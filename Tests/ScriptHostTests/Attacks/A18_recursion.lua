-- A18: recursion without end. How deep it gets before its time is up depends on the machine.
-- ends: failure or strategy
-- says: on_timer
require "attacked"

function attack()
  local function deeper() return 1 + deeper() end
  return deeper()
end
