-- A29: a yield from a handler.
-- ends: failure
-- says: yield outside of a coroutine
require "attacked"

function attack() coroutine.yield(1) end
