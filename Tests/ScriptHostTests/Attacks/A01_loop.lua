-- A1: an endless loop.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack() while true do end end
