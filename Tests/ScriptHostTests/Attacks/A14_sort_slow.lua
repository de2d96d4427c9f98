-- A14: a comparator that never answers.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack()
  table.sort({3, 2, 1}, function() while true do end end)
end
