-- A13: ten million values at once.
-- ends: failure
-- says: too many results to unpack
require "attacked"

function attack() return table.unpack({}, 1, 1e7) end
