-- A18: an error in the message handler, down to the last level.
-- ends: nothing
-- says: 10000 callbacks later
require "attacked"

function attack()
  local function fail(message) error(message) end
  for _ = 1, 10 do assert(not xpcall(fail, fail, "x")) end
  local function deeper() return ("x"):gsub("x", deeper) end
  assert(not xpcall(deeper, fail))
end
