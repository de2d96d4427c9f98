-- A7: a pattern whose tries double with each letter.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  return ("a"):rep(30):find(("a?"):rep(30) .. ("a"):rep(30)) and nil
end
