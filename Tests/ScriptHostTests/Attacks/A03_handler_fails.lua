-- A3: a message handler that fails, again and again, beside a loop.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  while true do
    xpcall(error, function(message) error(message) end)
  end
end
