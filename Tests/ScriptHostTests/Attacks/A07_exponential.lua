-- A7: a pattern whose tries double with each letter.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack()
  return ("a"):rep(30):find(("a?"):rep(30) .. ("a"):rep(30)) and nil
end
