-- A15: the same within what is allowed, again and again.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  local text = ("x"):rep(900000)
  while true do local n = select("#", text:byte(1, -1)) end
end
