-- A13: concat over 16 million elements that a function makes.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  local list = setmetatable({}, {__index = function() return "" end})
  table.concat(list, "", 1, 1 << 24)
end
