-- A16: two coroutines by turns, neither for long.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  local function turns() while true do coroutine.yield() end end
  local a, b = coroutine.wrap(turns), coroutine.wrap(turns)
  while true do
    a()
    b()
  end
end
