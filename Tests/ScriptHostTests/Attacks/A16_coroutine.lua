-- A16: an endless loop in a coroutine.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  coroutine.wrap(function() while true do end end)()
end
