-- A10: texts of 16 MB, again and again.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  while true do local s = ("x"):rep(16 * 1024 * 1024) end
end
