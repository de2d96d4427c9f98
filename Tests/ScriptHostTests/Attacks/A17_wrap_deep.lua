-- A17: coroutines within coroutines.
-- ends: failure
-- says: C stack overflow
require "attacked"

function attack()
  local function deeper() return coroutine.wrap(deeper)() end
  deeper()
end
