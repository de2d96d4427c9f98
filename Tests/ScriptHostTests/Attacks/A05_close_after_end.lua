-- A5: the same, when the callback is ended already.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  local function endless() while true do pcall(error) end end
  local a <close> = setmetatable({}, {__close = endless})
  local b <close> = setmetatable({}, {__close = endless})
  while true do end
end
