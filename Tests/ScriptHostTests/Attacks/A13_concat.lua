-- A13: concat over 16 million elements that a function makes.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack()
  local list = setmetatable({}, {__index = function() return "" end})
  table.concat(list, "", 1, 1 << 24)
end
