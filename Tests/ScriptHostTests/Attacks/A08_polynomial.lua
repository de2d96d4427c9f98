-- A8: a pattern whose tries grow as the third power.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  return ("a"):rep(3000):find(".-.-.-b") and nil
end
