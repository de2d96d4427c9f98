-- A3: a message handler that loops.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  local function loop() while true do end end
  while true do xpcall(loop, loop) end
end
