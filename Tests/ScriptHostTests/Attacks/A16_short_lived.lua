-- A16: a new coroutine for each few instructions.
-- ends: failure
-- says: more than 1000 coroutines in one callback
require "attacked"

function attack()
  while true do coroutine.wrap(function() end)() end
end
