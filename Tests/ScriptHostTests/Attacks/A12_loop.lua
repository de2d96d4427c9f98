-- A12: long formats, again and again.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack()
  local text = ("x\n"):rep(500000)
  while true do local s = string.format("%q", text) end
end
