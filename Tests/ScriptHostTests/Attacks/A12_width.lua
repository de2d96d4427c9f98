-- A12: a width beyond two digits.
-- ends: failure
-- says: invalid conversion
require "attacked"

function attack() return string.format('%1000000d', 1) end
