-- A12: long formats, again and again.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  local text = ("x\n"):rep(500000)
  while true do local s = string.format("%q", text) end
end
