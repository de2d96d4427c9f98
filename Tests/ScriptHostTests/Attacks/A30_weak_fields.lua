-- A30: fields that a weak table lets go of while their names are told.
-- ends: nothing
-- says: 10000 callbacks later
require "attacked"

local function weak(round)
  local fields = setmetatable({}, {__mode = "v"})
  for i = 1, 7 do fields["once" .. round .. "_" .. i] = {} end
  return fields
end

-- Where a collection falls between the two, there is no such field any more, and no error.
function attack()
  for round = 1, 1000 do
    for _, call in ipairs{buy, sell, orders} do pcall(call, weak(round)) end
  end
end
