-- A21: a library function taken away from the host.
-- ends: failure
-- says: `string` is read-only
require "attacked"

function attack() string.rep = nil end
