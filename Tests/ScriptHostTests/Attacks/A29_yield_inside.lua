-- A29: a yield across functions of the host.
-- ends: nothing
-- says: 10000 callbacks later
require "attacked"

function attack()
  local function refuses(f, ...)
    local ok, message = coroutine.resume(coroutine.create(f), ...)
    assert(not ok and message:find("yield across a function of the host"), message)
  end
  refuses(table.sort, {3, 2, 1}, coroutine.yield)
  refuses(string.gsub, "abc", ".", coroutine.yield)
  refuses(table.concat, setmetatable({}, {__index = coroutine.yield}), "", 1, 3)
  local ok, value = coroutine.resume(coroutine.create(function()
    return pcall(coroutine.yield, 5)
  end))
  assert(ok and value == 5)
end
