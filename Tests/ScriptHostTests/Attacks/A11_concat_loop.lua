-- A11: one instruction that copies 16 MB, again and again.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack()
  local s = ("x"):rep(8 * 1024 * 1024)
  while true do local t = s .. "y" end
end
