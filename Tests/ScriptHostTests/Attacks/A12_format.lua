-- A12: the widest format, repeated.
-- ends: failure
-- says: string.rep would make more than 16 MB
require "attacked"

function attack()
  return string.format("%99.99f", 1e308):rep(1000000)
end
