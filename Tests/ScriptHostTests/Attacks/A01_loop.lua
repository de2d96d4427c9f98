-- A1: an endless loop.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack() while true do end end
