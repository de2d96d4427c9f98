-- A9: %b tried from every place.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack()
  return ("("):rep(200000):match("(.-)%b()") and nil
end
