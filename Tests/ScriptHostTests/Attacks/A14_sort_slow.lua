-- A14: a comparator that never answers.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  table.sort({3, 2, 1}, function() while true do end end)
end
