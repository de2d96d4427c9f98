-- A18: recursion through a function of the host, which uses its stack.
-- ends: failure
-- says: stack overflow
require "attacked"

function attack()
  local function deeper() return ("x"):gsub("x", deeper) end
  return deeper()
end
