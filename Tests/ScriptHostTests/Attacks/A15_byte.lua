-- A15: a value for each of a million bytes.
-- ends: failure
-- says: too long
require "attacked"

function attack()
  return string.byte(("x"):rep(2000000), 1, -1)
end
