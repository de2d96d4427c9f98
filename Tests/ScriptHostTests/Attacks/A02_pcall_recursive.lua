-- A2: the same, from many levels of pcall.
-- ends: strategy
-- says: is there an endless loop?
require "attacked"

local function again()
  while true do pcall(again) end
end

function attack() again() end
