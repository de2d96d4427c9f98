extension TestLibrary {
    /// Events, orders and intents, each built with one call.
    static let events = #"""
        -- The fields that each takes, in the order of messages; what their values are.
        local events = {
          trade = { symbol = "text", price = "price", qty = "amount", side = "taker", time = "time",
            received = "time", id = "whole" },
          quote = { symbol = "text", bid = "price", ask = "price", bid_qty = "amount",
            ask_qty = "amount", time = "time", received = "time" },
          book = { symbol = "text", bids = "levels", asks = "levels", time = "time",
            received = "time" },
          bar = { symbol = "text", size = "text", open = "price", high = "price", low = "price",
            close = "price", volume = "amount", buy_volume = "amount", trades = "whole",
            time = "time" },
          ticker = { symbol = "text", last = "price", mark = "price", index = "price",
            volume = "amount", time = "time", received = "time" },
          funding = { symbol = "text", rate = "number", mark = "price", time = "time",
            received = "time" },
          order = { symbol = "text", side = "side", qty = "amount", price = "price",
            stop = "price", tif = "tif", post_only = "flag", reduce_only = "flag", tag = "text",
            state = "state", filled = "amount", average_price = "price", reason = "text",
            id = "text", time = "time" },
          fill = { symbol = "text", order = "order", price = "price", qty = "amount",
            side = "side", fee = "number", fee_currency = "text", liquidity = "liquidity",
            id = "text", time = "time" },
          status = { symbol = "text", venue = "text", state = "venue_state", reason = "text",
            time = "time" },
        }
        local intents = {
          buy = { symbol = "text", qty = "amount", price = "price", tif = "tif",
            post_only = "flag", reduce_only = "flag", stop = "price", tag = "text" },
          amend = { price = "price", qty = "amount" },
          cancel = { symbol = "text", tag = "text" },
        }
        intents.sell = intents.buy

        local choices = {
          side = { "buy", "sell" }, taker = { "buy", "sell", "unknown" },
          tif = { "gtc", "ioc", "fok" }, liquidity = { "maker", "taker" },
          state = { "pending", "waiting", "working", "amending", "cancelling", "filled",
            "cancelled", "rejected", "expired", "unknown" },
          venue_state = { "connected", "stale", "lost", "resynchronised" },
        }

        -- What is wrong with a field's value; nil: nothing.
        local function objection(what, value)
          if choices[what] then
            for _, choice in ipairs(choices[what]) do
              if choice == value then return nil end
            end
            return "expected one of " .. table.concat(choices[what], ", ")
          end
          if what == "any" then return nil end
          if what == "text" then return type(value) ~= "string" and "expected a text" or nil end
          if what == "flag" then
            return type(value) ~= "boolean" and "expected true or false" or nil
          end
          if what == "order" then
            return kind_of(value) ~= "order" and "expected an order{…}" or nil
          end
          if what == "levels" then
            return type(value) ~= "table" and "expected a list of levels, {{price, qty}, …}" or nil
          end
          local number = tonumber(value)
          if not number or number ~= number or math.abs(number) == math.huge then
            return "expected a number"
          end
          if what == "amount" and number < 0 then return "expected 0 or more" end
          if what == "price" and number <= 0 then return "expected a price above 0" end
          if what == "whole" and not math.tointeger(number) then
            return "expected a whole number"
          end
        end

        local function checked(name, spec, given)
          if type(given) ~= "table" or kind_of(given) then
            fail(name .. " takes a table of fields, got " .. text_of(given))
          end
          local made = {}
          for key, value in pairs(given) do
            local what = spec[key]
            if not what then
              fail("unknown field `" .. tostring(key) .. "` in " .. name .. "{}"
                .. nearest(tostring(key), keys_of(spec)))
            end
            local problem = objection(what, value)
            if problem then
              fail("`" .. key .. "` in " .. name .. "{} is " .. text_of(value) .. ", " .. problem)
            end
            made[key] = value
          end
          return made
        end

        local marks = {}
        local function marked(kind, value)
          marks[kind] = marks[kind] or { kind = kind }
          return setmetatable(value, marks[kind])
        end

        local function default(value, fields)
          for key, wanted in pairs(fields) do
            if value[key] == nil then value[key] = wanted end
          end
        end

        local shared = { orders = 0 }      -- orders that are made while the file loads

        -- Defaults that depend on what was given.
        local fill_in = {
          trade = function(e) default(e, { price = 100, qty = 1, side = "buy" }) end,
          quote = function(e)
            if not e.bid and not e.ask then e.bid, e.ask = 99.5, 100.5 end
            if e.bid then default(e, { bid_qty = 1 }) end
            if e.ask then default(e, { ask_qty = 1 }) end
            if e.bid and e.ask and tonumber(e.bid) >= tonumber(e.ask) then
              fail("the bid of quote{} is not below the ask")
            end
          end,
          book = function(e)
            if not e.bids and not e.asks then e.bids, e.asks = { { 99.5, 1 } }, { { 100.5, 1 } } end
            default(e, { bids = {}, asks = {} })
            for _, side in ipairs { "bids", "asks" } do
              for i, level in ipairs(e[side]) do
                local is_level = type(level) == "table" and #level == 2
                if not is_level or objection("price", level[1]) or objection("amount", level[2]) then
                  fail("level " .. i .. " of `" .. side .. "` in book{} is " .. text_of(level)
                    .. ", expected {price, qty}")
                end
              end
            end
          end,
          bar = function(e)
            default(e, { close = e.open or 100, volume = 1 })
            default(e, { open = e.close })
            local open, close = tonumber(e.open), tonumber(e.close)
            default(e, { high = open > close and e.open or e.close,
              low = open < close and e.open or e.close })
            local high, low = tonumber(e.high), tonumber(e.low)
            if high < math.max(open, close) or low > math.min(open, close) then
              fail("open and close of bar{} lie outside of its low and high")
            end
          end,
          ticker = function(e) default(e, { last = 100 }) end,
          funding = function(e) default(e, { rate = 0.0001, mark = 100 }) end,
          order = function(e)
            local counter = current or shared
            counter.orders = counter.orders + 1
            default(e, { side = "buy", qty = 1, state = "working",
              id = (current and "test-" or "shared-") .. counter.orders })
            default(e, { filled = e.state == "filled" and e.qty or 0 })
          end,
          fill = function(e)
            local order = e.order or {}
            default(e, { price = order.price or 100, qty = order.qty or 1,
              side = order.side or "buy", liquidity = "taker", fee = 0 })
          end,
          status = function(e) default(e, { state = "connected", reason = "" }) end,
        }

        local builders = {}
        for kind, spec in pairs(events) do
          builders[kind] = function(given)
            local made = checked(kind, spec, given == nil and {} or given)
            fill_in[kind](made)
            return marked(kind, made)
          end
        end

        -- ---- Intents: what handlers return, as values to compare with ----

        local function symbol_or_only(name, symbol)
          if symbol ~= nil then return symbol end
          local symbols = current and current.symbols or {}
          if #symbols == 1 then return symbols[1] end
          fail(name .. " needs a `symbol`: " .. (#symbols == 0
            and "no strategy was loaded yet, from which it could be known"
            or "the strategy has several, " .. table.concat(symbols, ", ")))
        end

        local function number_of(name, field, value)
          local problem = objection("number", value)
          if problem then
            fail("`" .. field .. "` in " .. name .. " is " .. text_of(value) .. ", " .. problem)
          end
          return tonumber(value)
        end

        local function place_intent(kind)
          return function(given)
            local made = checked(kind, intents[kind], given)
            if made.qty == nil then fail(kind .. "{} needs `qty`") end
            for _, field in ipairs { "qty", "price", "stop" } do
              if made[field] ~= nil then made[field] = tonumber(made[field]) end
            end
            made.kind, made.symbol = kind, symbol_or_only(kind .. "{}", made.symbol)
            default(made, usual)
            return marked(kind, made)
          end
        end

        local function order_id(name, order)
          if type(order) == "table" and type(order.id) == "string" then return order.id end
          fail(name .. " takes an order{…}, got " .. text_of(order))
        end

        builders.buy, builders.sell = place_intent("buy"), place_intent("sell")

        function builders.cancel(given)
          if kind_of(given) == "order" then
            return marked("cancel", { kind = "cancel", order = order_id("cancel", given) })
          end
          local made = checked("cancel", intents.cancel, given == nil and {} or given)
          made.kind = "cancel"
          return marked("cancel", made)
        end

        function builders.amend(order, given)
          local made = checked("amend", intents.amend, given)
          for field, value in pairs(made) do made[field] = tonumber(value) end
          made.kind, made.order = "amend", order_id("amend", order)
          return marked("amend", made)
        end

        function builders.target(symbol, qty)
          if qty == nil then symbol, qty = nil, symbol end
          return marked("target", { kind = "target", symbol = symbol_or_only("target", symbol),
            qty = number_of("target", "qty", qty) })
        end

        function builders.close(symbol)
          return marked("close", { kind = "close", symbol = symbol_or_only("close", symbol) })
        end

        """#
}
