-- A18: a function that is its own message handler.
-- ends: nothing
-- says: 10000 callbacks later
require "attacked"

function attack()
  local function f() return xpcall(f, f) end
  f()
end
