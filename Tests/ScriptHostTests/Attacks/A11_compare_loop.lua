-- A11: one instruction that compares 8 MB, again and again: the count ends it, or on a busy machine the time.
-- ends: strategy
-- says: (script.
require "attacked"

function attack()
  local a, b = ("x"):rep(8000000) .. "1", ("x"):rep(8000000) .. "2"
  while true do local c = a < b end
end
