-- A27: timers that are never due, more and more of them.
-- ends: failure
-- says: more than 1000 timers at once: `one more` is dropped
require "attacked"

local wants_more = false
function on_quote()
  if wants_more then after(1000, "one more") end
  wants_more = false
end

function attack()
  for i = 1, 999 do after(1000, "t" .. i) end
  wants_more = true
end
