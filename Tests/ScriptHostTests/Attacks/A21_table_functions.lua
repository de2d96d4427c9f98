-- A21: the same by the functions that write tables.
-- ends: nothing
-- says: 10000 callbacks later
require "attacked"

function attack()
  assert(not pcall(table.insert, string, "x"))
  assert(not pcall(table.move, {1}, 1, 1, 1, string))
  assert(not pcall(rawset, string, "rep", 1))
  assert(not pcall(setmetatable, string, {}))
  assert(not pcall(table.sort, string, function() return false end) or #string == 0)
  for _, library in ipairs{string, table, math, os, utf8, coroutine, log, ta} do
    local _, shown = pairs(library)
    assert(not pcall(function() shown.rep = 1 end))
    assert(rawequal(shown, library))
  end
  assert(("x"):rep(2) == "xx")
end
