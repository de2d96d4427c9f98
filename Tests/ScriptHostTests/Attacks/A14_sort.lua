-- A14: a comparator that contradicts itself.
-- ends: failure
-- says: invalid order function for sorting
require "attacked"

function attack()
  table.sort({3, 2, 1, 4, 5}, function() return true end)
end
