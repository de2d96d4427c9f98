-- A11: small tables, all kept.
-- ends: strategy
-- says: (script.
require "attacked"

function attack()
  local kept
  while true do kept = {kept} end
end
