-- A27: a flood over many callbacks.
-- ends: nothing
-- says: log lines within a second (script.log_lines_per_second): the rest of them is dropped
require "attacked"

local rounds = 0
local tick = on_timer
every(0.001, "flood")

function on_timer(name)
  if name ~= "flood" then return tick(name) end
  if rounds == 0 then return end
  rounds = rounds - 1
  for _ = 1, 900 do log.debug("x") end
  for _ = 1, 900 do plot("x", 1) end
end

function attack() rounds = 1000 end
