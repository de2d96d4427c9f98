-- A9: %b tried from every place.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  return ("("):rep(200000):match("(.-)%b()") and nil
end
