-- The reference strategy for the bare loop: five positional values in, a signed quantity out.
local FAST, SLOW = 2 / (50 + 1), 2 / (200 + 1)
local fast, slow, seen, state, held = 0.0, 0.0, 0, 0, 0.0

-- check: ignore handler-without-feed, handler-arguments
function on_trade(side, price, qty, time, kind)
  if seen == 0 then
    fast, slow = price, price
  else
    fast = fast + FAST * (price - fast)
    slow = slow + SLOW * (price - slow)
  end
  seen = seen + 1
  if seen <= 200 then return end
  local sign
  if fast > slow then sign = 1 elseif fast < slow then sign = -1 else return end
  if sign ~= state then
    local first = state == 0
    state = sign
    if not first then
      local quantity = sign * 0.01 - held
      held = sign * 0.01
      return quantity
    end
  end
end
