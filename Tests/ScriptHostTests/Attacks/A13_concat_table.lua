-- A13: the same with a table behind the list, which no hook sees.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  local inner = setmetatable({}, {__index = string})
  local list = setmetatable({}, {__index = function() return "" end, __len = function() return 1 << 40 end})
  table.concat(list)
end
