-- A22: the table of all globals.
-- ends: failure
-- says: `_G` is not offered to strategies
require "attacked"

function attack() return _G.io end
