-- A8: the same in gsub and gmatch, swallowed by pcall.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

function attack()
  while true do
    pcall(string.gsub, ("a"):rep(3000), ".-.-.-b", "")
    pcall(function() for _ in ("a"):rep(3000):gmatch(".-.-.-b") do end end)
  end
end
