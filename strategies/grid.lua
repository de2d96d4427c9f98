-- Grid: buys a fixed amount at each step down, sells each lot one step higher.
--
-- Level i buys at start × (1 − i × step) and offers what it bought at the level above. Each lot is
-- a trade of its own; a level buys again when its lot is sold. Nothing held, and the price above
-- the grid: the grid follows it up.
--
-- Makes money   when the price swings about within the grid: each swing over a step earns
--               step − two maker fees on one lot, so a step below the fees loses by design.
-- Loses money   when the price falls through the grid: every level then holds a lot bought higher.
--               Many small gains and one large loss is what a grid is.
-- Risks         levels × size of inventory. `stop` sells all of it at market, this many steps
--               below the last level, and ends the trading. The lots stay when you stop the script.
--
-- Parameters    levels   how many lots at most
--               step     distance of two levels, in percent
--               size     quantity of a lot
--               stop     steps below the last level at which it gives up
--               check    seconds between two looks at the whole grid; a refused order waits longer

local p = params {
  symbol = "sim:BTC/USDT",
  levels = { default = 6, min = 1, max = 100, help = "lots at most" },
  step = { default = 0.25, min = 0.01, max = 50, help = "percent between two levels" },
  size = { default = 0.002, min = 0, help = "quantity of a lot" },
  stop = { default = 3.0, min = 0.5, help = "steps below the grid where it gives up" },
  check = { default = 5.0, min = 1, help = "seconds between two looks at the grid" },
}

subscribe(p.symbol, "quotes")

local wait = {}        -- by tag: until when the order is not sent again

local function price_of(level) return state.start * (1 - level * p.step / 100) end
local function clean(qty) return tonumber(("%.12g"):format(qty)) end  -- drops dust of float sums

local function place(list, order, tag, fields)
  if order or now() < (wait[tag] or 0) then return end
  -- Until its turn comes again; a refusal of the risk gate comes without an order to hear of.
  wait[tag] = now() + 6 * p.check
  fields.symbol, fields.tag = p.symbol, tag
  list[#list + 1] = (tag:sub(1, 3) == "buy" and buy or sell)(fields)
end

-- What is missing of the grid: one order for each level, to buy its lot or to sell it.
local function arrange(ask)
  local list, i = {}, instrument(p.symbol)
  local least = math.max(i.min_qty, i.lot)
  for level = 1, p.levels do
    local buying = orders { tag = "buy" .. level }[1]
    local selling = orders { tag = "sell" .. level }[1]
    local held = state.held[level]
    if held >= least then
      place(list, selling, "sell" .. level, { qty = held, price = price_of(level - 1) })
      -- The lot may still grow while its sale is out: a buy fills in parts.
      if selling and selling.state == "working" and selling.remaining < held - i.lot / 2 then
        list[#list + 1] = amend(selling, { qty = clean(selling.filled + held) })
      end
    elseif price_of(level) < ask then
      place(list, buying, "buy" .. level,
        { qty = p.size, price = price_of(level), post_only = true })
    end
  end
  return list
end

function on_start()
  state.held = state.held or {}
  for level = 1, p.levels do state.held[level] = state.held[level] or 0 end
  every(p.check, "check")
end

function on_timer()
  local q = quote(p.symbol)
  if not q or not q.mid or state.stopped then return end
  state.start = state.start or q.bid
  if q.mid < price_of(p.levels + p.stop) then
    state.stopped = true
    alert(("grid left at %s: all lots are sold, no more trading"):format(q.mid))
    return close(p.symbol)
  end
  local lots = 0
  for level = 1, p.levels do lots = lots + state.held[level] end
  if lots < instrument(p.symbol).lot and q.bid > price_of(-1) then
    state.start, wait = q.bid, {}      -- nothing to sell up here: follow the price
    return cancel { symbol = p.symbol }
  end
  plot("lots", lots)           -- shown nowhere yet, but tests see it
  return arrange(q.ask)
end

function on_fill(fill)
  local kind, level = (fill.order.tag or ""):match("^(%a+)(%d+)$")
  if not kind or state.stopped then return end
  level = tonumber(level)
  local change = kind == "buy" and fill.qty or -fill.qty
  state.held[level] = math.max(0, clean((state.held[level] or 0) + change))
  wait[(kind == "buy" and "sell" or "buy") .. level] = nil
  local q = quote(p.symbol)
  if q and q.ask then return arrange(q.ask) end
end
