-- A13: an instruction that copies a million values, again and again.
-- ends: strategy
-- says: a loop or recursion without end, or too much work?
require "attacked"

function attack()
  local function loop(...)
    local function count(...) return 1 end
    while true do count(...) end
  end
  local function grow(n, ...)
    if n == 0 then return loop(...) end
    return grow(n - 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, ...)
  end
  return grow(800, table.unpack({}, 1, 100000))
end
