-- A3: a message handler that loops.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack()
  local function loop() while true do end end
  while true do xpcall(loop, loop) end
end
