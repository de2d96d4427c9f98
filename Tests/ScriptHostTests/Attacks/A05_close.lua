-- A5: a variable whose closing loops.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  local t <close> = setmetatable({}, {__close = function() while true do end end})
end
