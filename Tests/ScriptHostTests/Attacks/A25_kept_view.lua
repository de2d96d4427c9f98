-- A25: an event kept past its callback.
-- ends: failure
-- says: was kept past its callback
require "attacked"

local kept
function on_quote(quote) kept = kept or quote end

function attack() return kept.bid and nil end
