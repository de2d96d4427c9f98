-- Runs the `ta` indicators over columns of bars and compares them with expected columns.
--
--   local check = require "check_ta"              -- needs the global `ta`
--   local bars = check.parse(text of ta_bars_main.csv)
--   local expected = check.parse(text of ta_expected_main.csv)
--   for _, name in ipairs(check.names) do
--     local problem, worst = check.compare(name, bars, expected)
--     if problem then error(problem) end
--   end
--
-- Columns are lists with one entry per row; an empty cell, like a nil result, is `false`, so that
-- a list has no holes.

local check = {}

-- What the indicators that also accept a bar read from it.
local HL, HLC = {"high", "low"}, {"high", "low", "close"}
local CV, HLCV = {"close", "volume"}, {"high", "low", "close", "volume"}

-- A case's name, its inputs, the indicator, its parameters.
local cases = {
  {"sma_5", {"close"}, "sma", 5},
  {"sma_20", {"close"}, "sma", 20},
  {"ema_1", {"close"}, "ema", 1},
  {"ema_20", {"close"}, "ema", 20},
  {"wma_10", {"close"}, "wma", 10},
  {"rma_14", {"close"}, "rma", 14},
  {"dema_10", {"close"}, "dema", 10},
  {"tema_10", {"close"}, "tema", 10},
  {"hma_16", {"close"}, "hma", 16},
  {"hma_21", {"close"}, "hma", 21},
  {"kama_10", {"close"}, "kama", 10},
  {"kama_8_3_20", {"close"}, "kama", 8, 3, 20},
  {"vwma_10", CV, "vwma", 10},
  {"vwap", {"typical", "volume"}, "vwap"},
  {"vwap_14400", {"typical", "volume", "time"}, "vwap", 14400},
  {"obv", CV, "obv"},
  {"mfi_14", HLCV, "mfi", 14},
  {"rsi_2", {"close"}, "rsi", 2},
  {"rsi_14", {"close"}, "rsi", 14},
  {"macd_12_26_9", {"close"}, "macd", 12, 26, 9},
  {"macd_5_35_5", {"close"}, "macd", 5, 35, 5},
  {"trix_5", {"close"}, "trix", 5},
  {"stoch_14_3_3", HLC, "stoch", 14, 3, 3},
  {"stoch_5_1_4", HLC, "stoch", 5, 1, 4},
  {"willr_14", HLC, "willr", 14},
  {"cci_20", HLC, "cci", 20},
  {"roc_10", {"close"}, "roc", 10},
  {"mom_10", {"close"}, "mom", 10},
  {"change_1", {"close"}, "change"},
  {"variance_10", {"close"}, "variance", 10},
  {"stdev_20", {"close"}, "stdev", 20},
  {"zscore_20", {"close"}, "zscore", 20},
  {"bbands_20_2", {"close"}, "bbands", 20, 2},
  {"highest_10", {"high"}, "highest", 10},
  {"lowest_10", {"low"}, "lowest", 10},
  {"donchian_20", HL, "donchian", 20},
  {"keltner_20_2_10", HLC, "keltner", 20, 2, 10},
  {"keltner_5_1.5_14", HLC, "keltner", 5, 1.5, 14},
  {"tr", HLC, "tr"},
  {"atr_1", HLC, "atr", 1},
  {"atr_14", HLC, "atr", 14},
  {"adx_14", HLC, "adx", 14},
  {"adx_3", HLC, "adx", 3},
  {"supertrend_10_3", HLC, "supertrend", 10, 3},
  {"supertrend_7_1.5", HLC, "supertrend", 7, 1.5},
  {"linreg_14", {"close"}, "linreg", 14},
  {"crossover", {"close", "open"}, "crossover"},
  {"crossunder", {"close", "open"}, "crossunder"},
}

local case_of = {}
check.names = {}
for _, case in ipairs(cases) do
  check.names[#check.names + 1] = case[1]
  case_of[case[1]] = case
end

local function takes_bar(case)
  local inputs = case[2]
  return inputs == HL or inputs == HLC or inputs == CV or inputs == HLCV or case[3] == "vwap"
end

-- Reads CSV text into columns by header name.
function check.parse(text)
  local names, columns, row = {}, {}, 0
  for line in text:gmatch("[^\r\n]+") do
    local column = 0
    for cell in (line .. ","):gmatch("([^,]*),") do
      column = column + 1
      if row == 0 then
        names[column], columns[cell] = cell, {}
      else
        columns[names[column]][row] = tonumber(cell) or false
      end
    end
    row = row + 1
  end
  return columns
end

local function inputs_of(case, bars, i)
  local values = {}
  for k, field in ipairs(case[2]) do
    if field == "typical" then
      values[k] = (bars.high[i] + bars.low[i] + bars.close[i]) / 3
    else
      values[k] = bars[field][i]
    end
  end
  return table.unpack(values)
end

local function bar_at(bars, i)
  local bar = {}
  for name, column in pairs(bars) do bar[name] = column[i] end
  return bar
end

local function store(columns, i, ...)
  for k = 1, select("#", ...) do
    local value = select(k, ...)
    if type(value) == "boolean" then
      value = value and 1 or 0
    end
    columns[k] = columns[k] or {}
    columns[k][i] = value or false
  end
end

-- The result columns of the case `name` over all bars: columns[k][i] is the k-th result of bar i,
-- `false` while warming up; truth values become 1 and 0. With `as_bar` each update gets one bar.
function check.run(name, bars, as_bar)
  local case = assert(case_of[name], "no case " .. tostring(name))
  local indicator = ta[case[3]](table.unpack(case, 4))
  local columns = {}
  for i = 1, #bars.close do
    if as_bar then
      store(columns, i, indicator(bar_at(bars, i)))
    else
      store(columns, i, indicator(inputs_of(case, bars, i)))
    end
  end
  return columns
end

-- Compares the case `name` with the expected columns "name:1", "name:2", … whose column "bar" tells
-- which bars they hold. Gives nil and the worst relative difference, or else the first problem.
-- Relative to the expected value, or to `floor` of the column's largest where that is more: a value
-- near 0 has only the digits that the prices had, and where the exact answer is 0, TA-Lib's running
-- sums leave something like 1e-13.
function check.compare(name, bars, expected, tolerance, floor)
  tolerance, floor = tolerance or 1e-9, floor or 1e-4
  local got, worst = check.run(name, bars), 0
  if takes_bar(case_of[name]) then
    local by_bar = check.run(name, bars, true)
    for k, column in ipairs(got) do
      for i, value in ipairs(column) do
        if by_bar[k][i] ~= value then
          return ("%s:%d, bar %d: %s from numbers, %s from a bar"):format(
            name, k, i - 1, value, by_bar[k][i])
        end
      end
    end
  end
  for k, column in ipairs(got) do
    local want = assert(expected[name .. ":" .. k], "no expected column " .. name .. ":" .. k)
    local largest = 0
    for _, value in ipairs(want) do largest = math.max(largest, math.abs(value or 0)) end
    for row, value in ipairs(want) do
      local bar = expected.bar[row]
      local found = column[bar + 1]
      if (not found) ~= (not value) then
        return ("%s:%d, bar %d: expected %s, got %s"):format(name, k, bar, value, found)
      end
      if value and found ~= value then
        local difference = math.abs(found - value) / math.max(math.abs(value), floor * largest)
        worst = math.max(worst, difference)
        if not (difference <= tolerance) then
          return ("%s:%d, bar %d: expected %.17g, got %.17g, relative difference %.3g"):format(
            name, k, bar, value, found, difference)
        end
      end
    end
  end
  if expected[name .. ":" .. #got + 1] then return name .. ": a result is missing" end
  return nil, worst
end

-- The shape a test outside Lua calls.
run_ta = check.run

return check
