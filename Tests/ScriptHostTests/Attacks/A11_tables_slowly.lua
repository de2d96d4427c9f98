-- A11: small tables, all kept, over many callbacks.
-- ends: strategy
-- says: of memory that a script may have (script.memory)
require "attacked"

local kept
function on_quote()
  for _ = 1, 20000 do kept = {kept} end
end

function attack() end
