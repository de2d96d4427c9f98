-- A18: an error whose text cannot be made.
-- ends: failure
-- says: on_timer
require "attacked"

function attack()
  error(setmetatable({}, {__tostring = function() error("no text") end}))
end
