-- A2: the same, from many levels of pcall.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

local function again()
  while true do pcall(again) end
end

function attack() again() end
