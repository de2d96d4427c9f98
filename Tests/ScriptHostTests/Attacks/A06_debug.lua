-- A6: taking the hook away.
-- ends: failure
-- says: `debug` is not offered to strategies
require "attacked"

function attack() debug.sethook() end
