-- A2: a loop that swallows the error that should end it.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  while true do
    pcall(function() while true do end end)
  end
end
