-- A21: the methods of all texts.
-- ends: failure
-- says: attempt to index a string value
require "attacked"

function attack()
  getmetatable("").__index = function() while true do end end
end
