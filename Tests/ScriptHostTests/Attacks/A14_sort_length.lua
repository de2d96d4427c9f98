-- A14: a list that only claims to be long.
-- ends: strategy
-- says: (script.
require "attacked"

function attack()
  table.sort(setmetatable({}, {__len = function() return 9999999 end}))
end
