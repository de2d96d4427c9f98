-- A24: a table with weak keys whose entries keep each other alive in a chain: a step of the
-- collector then takes about the square of their number, and nothing can interrupt it.
-- ends: strategy
-- says: (script.
require "attacked"

local chain = setmetatable({}, {__mode = "k"})
local first = {}
local last = first

function on_quote()
  for _ = 1, 3000 do
    local following = {}
    chain[last] = following
    last = following
  end
end

function attack()
  while true do local waste = {} end
end
