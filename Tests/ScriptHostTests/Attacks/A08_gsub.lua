-- A8: the same in gsub and gmatch, swallowed by pcall.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  while true do
    pcall(string.gsub, ("a"):rep(3000), ".-.-.-b", "")
    pcall(function() for _ in ("a"):rep(3000):gmatch(".-.-.-b") do end end)
  end
end
