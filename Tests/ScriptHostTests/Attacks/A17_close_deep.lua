-- A17: closings that close the next.
-- ends: nothing
-- says: 10000 callbacks later
require "attacked"

local function chain(n)
  local inner = n > 0 and chain(n - 1)
  local co = coroutine.create(function()
    local t <close> = setmetatable({}, {__close = function()
      if inner then coroutine.close(inner) end
    end})
    coroutine.yield()
  end)
  coroutine.resume(co)
  return co
end

function attack()
  coroutine.close(chain(150))
end
