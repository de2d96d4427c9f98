-- A10: a text of 1 GB in one call.
-- ends: failure
-- says: string.rep would make more than 16 MB
require "attacked"

function attack() return ('x'):rep(2^30) end
