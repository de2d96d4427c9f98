-- A11: a text that doubles until memory or the budget ends.
-- ends: strategy
-- says: (script.
require "attacked"

function attack()
  local a = "x"
  while true do a = a .. a end
end
