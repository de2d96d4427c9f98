-- A22: the environment as a table.
-- ends: nothing
-- says: 10000 callbacks later
require "attacked"

function attack()
  assert(not pcall(rawset, _ENV, "buy", print))
  assert(not pcall(setmetatable, _ENV, {}))
  assert(getmetatable(_ENV) == "protected")
  assert(rawget(_ENV, "buy") == nil)
  assert(not pcall(function() return _ENV.io end))
  assert(not pcall(function() local _ENV = {} return x.y end))
end
