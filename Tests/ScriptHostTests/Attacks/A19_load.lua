-- A19: code from text.
-- ends: failure
-- says: `load` is not offered to strategies
require "attacked"

function attack() load('return 1')() end
