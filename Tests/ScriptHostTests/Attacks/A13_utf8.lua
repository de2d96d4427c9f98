-- A13: walking a long text, again and again.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  local text = ("x"):rep(16000000)
  while true do utf8.len(text) end
end
