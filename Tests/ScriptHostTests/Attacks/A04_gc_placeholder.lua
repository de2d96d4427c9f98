-- A4: a placeholder that would be replaced by a finaliser later.
-- ends: failure
-- says: `__gc` is not offered to strategies
require "attacked"

function attack()
  local meta = {__gc = true}
  setmetatable({}, meta)
  meta.__gc = function() while true do end end
end
