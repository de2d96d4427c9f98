-- ema_positional.lua with averages that begin as those of ta.ema do: with the mean of the first values.
local FAST, SLOW = 2 / (50 + 1), 2 / (200 + 1)
local fast, slow, seen, state, held = 0.0, 0.0, 0, 0, 0.0

-- check: ignore handler-without-feed, handler-arguments
function on_trade(side, price, qty, time, kind)
  if seen < 200 then
    seen = seen + 1
    if seen < 50 then fast = fast + price
    elseif seen == 50 then fast = (fast + price) / 50
    else fast = (price - fast) * FAST + fast
    end
    slow = slow + price
    if seen < 200 then return end
    slow = slow / 200
  else
    fast = (price - fast) * FAST + fast
    slow = (price - slow) * SLOW + slow
  end
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
