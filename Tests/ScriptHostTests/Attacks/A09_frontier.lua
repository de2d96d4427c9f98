-- A9: %f with a long set, tried from every place.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack()
  return ("a"):rep(200000):find("%f[" .. ("b"):rep(20000) .. "]") and nil
end
