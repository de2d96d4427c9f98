-- A11: a text that memory has no room for, caught by the script.
-- ends: nothing
-- says: 10000 callbacks later
require "attacked"

local kept = {}
for i = 1, 4 do kept[i] = ("x"):rep(12000000 + i) end

function attack()
  assert(not pcall(string.rep, "x", 16000000))
end
