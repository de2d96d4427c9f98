-- A11: the same, swallowed for ever.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  while true do
    pcall(function()
      local a = "x"
      while true do a = a .. a end
    end)
  end
end
