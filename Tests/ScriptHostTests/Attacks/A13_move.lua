-- A13: moving what is not there.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack()
  while true do table.move({}, 1, 10000000, 2) end
end
