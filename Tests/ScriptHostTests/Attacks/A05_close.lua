-- A5: a variable whose closing loops.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack()
  local t <close> = setmetatable({}, {__close = function() while true do end end})
end
