-- A9: %f with a long set, tried from every place.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  return ("a"):rep(200000):find("%f[" .. ("b"):rep(20000) .. "]") and nil
end
