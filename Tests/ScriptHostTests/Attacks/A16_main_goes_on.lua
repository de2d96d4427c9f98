-- A16: the counting begins in a coroutine, the loop goes on outside of it.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  coroutine.wrap(function() for i = 1, 5000000 do end end)()
  while true do end
end
