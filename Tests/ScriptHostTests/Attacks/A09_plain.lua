-- A9: a plain search that is slow when it is done the simple way.
-- ends: nothing
-- says: 10000 callbacks later
require "attacked"

function attack()
  local text = ("a"):rep(4000000)
  assert(not text:find(("a"):rep(400000) .. "b", 1, true))
end
