-- A19: bytecode of a function.
-- ends: failure
-- says: `string.dump` is not offered to strategies
require "attacked"

function attack() return string.dump(attack) end
