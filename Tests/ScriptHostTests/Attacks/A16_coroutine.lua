-- A16: an endless loop in a coroutine.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack()
  coroutine.wrap(function() while true do end end)()
end
