-- A4: a finaliser, which would run where no hook reaches it.
-- ends: failure
-- says: `__gc` is not offered to strategies
require "attacked"

function attack()
  setmetatable({}, {__gc = function() while true do end end})
end
