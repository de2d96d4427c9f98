-- A27: a flood of log lines.
-- ends: failure
-- says: more than 1000 log lines in one callback
require "attacked"

function attack()
  while true do log.debug("x") end
end
