-- A11: one instruction that copies 16 MB, again and again.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  local s = ("x"):rep(8 * 1024 * 1024)
  while true do local t = s .. "y" end
end
