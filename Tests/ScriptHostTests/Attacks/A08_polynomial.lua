-- A8: a pattern whose tries grow as the third power.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack()
  return ("a"):rep(3000):find(".-.-.-b") and nil
end
