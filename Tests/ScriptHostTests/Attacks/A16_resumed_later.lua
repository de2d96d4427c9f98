-- A16: a coroutine made in an earlier callback, resumed once counting has begun.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

local co = coroutine.create(function()
  while true do
    coroutine.yield()
    while true do end
  end
end)
coroutine.resume(co)

function attack()
  for i = 1, 3000000 do end
  coroutine.resume(co)
end
