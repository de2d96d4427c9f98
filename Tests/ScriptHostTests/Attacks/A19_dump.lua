-- A19: bytecode of a function.
-- ends: failure
-- says: unknown function `string.dump`
require "attacked"

function attack() return string.dump(attack) end
