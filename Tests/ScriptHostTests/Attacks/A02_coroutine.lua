-- A2: the same with coroutines as the net.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  while true do
    coroutine.resume(coroutine.create(function() while true do end end))
    pcall(coroutine.wrap(function() while true do end end))
  end
end
