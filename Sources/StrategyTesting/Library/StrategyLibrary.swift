extension TestLibrary {
    /// strategy(): a script under test, and what the file gets in all.
    static let strategies = #"""
        -- What handlers are called with: a kind of event, a text, or nothing that is built.
        local handler_arguments = {
          on_trade = "trade", on_quote = "quote", on_book = "book", on_bar = "bar",
          on_ticker = "ticker", on_funding = "funding", on_order = "order", on_fill = "fill",
          on_status = "status", on_timer = "text", on_start = "text", on_stop = "text",
          on_position = "text",
        }
        local usual_text = { on_start = "first", on_stop = "the test ends" }

        local function argument_of(handler, given)
          local wanted = handler_arguments[handler]
          if wanted == "text" then
            if given == nil then given = usual_text[handler] end
            if given == nil and handler == "on_timer" then
              fail("on_timer needs the name of the timer")
            end
            if given ~= nil and type(given) ~= "string" then
              fail(handler .. " takes a text here, got " .. text_of(given))
            end
            return given
          end
          local kind = kind_of(given)
          if not kind and (given == nil or type(given) == "table") then
            return builders[wanted](given)
          end
          if kind ~= wanted then
            fail(handler .. " is called with " .. wanted .. "{…}, got " .. text_of(given))
          end
          return given
        end

        local function with_kinds(list)
          for i, intent in ipairs(list) do list[i] = marked(intent.kind, intent) end
          return list
        end

        -- Keeps what a call left behind, and gives what its handler returned.
        local function keep(s, result)
          local intents = with_kinds(result.intents)
          for _, name in ipairs { "intents", "logs", "alerts", "plots" } do
            rawset(s, name, result[name])
          end
          if result.failure then fail("the strategy failed: " .. result.failure) end
          if #intents < 2 then return intents[1] end
          return intents
        end

        local function listed(name, events)
          if kind_of(events) then events = { events } end
          if type(events) ~= "table" then
            fail(name .. " takes a list of events, got " .. text_of(events))
          end
          for i, event in ipairs(events) do
            local kind = kind_of(event)
            if not kind or kind == "order" or kind == "fill" or kind == "status"
              or intents[kind] or kind == "target" or kind == "close"
              or (name ~= "play" and (kind == "wait" or kind == "stop")) then
              fail("entry " .. i .. " given to " .. name .. " is " .. text_of(event)
                .. ", expected a market event such as trade{…}"
                .. (name == "play" and ", wait(seconds) or stop()" or ""))
            end
          end
          return events
        end

        local methods = {}

        -- What the account holds, for position(), balance() and orders{}.
        function methods.account(s, given)
          local made = checked("account", { position = "any", positions = "any",
            balances = "any", orders = "any" }, given)
          call("account", { strategy = rawget(s, "id"), given = made })
        end

        -- What the market last said, for quote(), book() and position().unrealised_pnl.
        function methods.market(s, given)
          call("market", { strategy = rawget(s, "id"), events = listed("market", given) })
        end

        -- Lets simulated time pass: timers run out.
        function methods.advance(s, seconds)
          local number = number_of("advance", "seconds", seconds)
          if number < 0 then fail("advance() goes forwards only, got " .. text_of(seconds)) end
          return keep(s, call("advance", { strategy = rawget(s, "id"), seconds = number }))
        end

        -- Events through the engine, the risk gate and a simulated venue.
        function methods.play(s, given)
          local result = call("play", {
            strategy = rawget(s, "id"), events = listed("play", given) })
          keep(s, result)
          return result
        end

        local computed = { now = true, state = true, timers = true }
        local own_names = { "account", "market", "advance", "play", "intents", "logs", "alerts",
          "plots", "now", "state", "timers", "symbols", "file" }

        local Strategy = {}

        local function no_such_name(s, name)
          local names = {}
          for _, own in ipairs(own_names) do names[#names + 1] = own end
          for handler in pairs(handler_arguments) do names[#names + 1] = handler end
          local what = tostring(name):find("^on_") and "has no handler `" or "has no `"
          if handler_arguments[name] then
            fail(rawget(s, "file") .. " has no handler `" .. name .. "`")
          end
          fail("a strategy " .. what .. tostring(name) .. "`" .. nearest(tostring(name), names))
        end

        function Strategy.__index(s, name)
          if computed[name] then return call("look", { strategy = rawget(s, "id"), name = name }) end
          local method = methods[name]
          local handler = handler_arguments[name]
          if handler then                  -- it may be assigned and taken away at any time
            handler = call("has", { strategy = rawget(s, "id"), name = name }) and handler
          end
          if not method and not handler then no_such_name(s, name) end
          return function(...)
            local given, more = ...
            if rawequal(given, s) then fail("write s." .. name .. "(…), with a dot") end
            if more ~= nil then fail(name .. " takes one value: several events are a list") end
            if method then return method(s, given) end
            return keep(s, call("deliver", { strategy = rawget(s, "id"), handler = name,
              event = argument_of(name, given) }))
          end
        end

        function Strategy.__newindex(_, name)
          fail("a strategy's `" .. tostring(name) .. "` is not set from outside: account{} and"
            .. " market{} say what it sees")
        end

        function Strategy.__tostring(s) return "strategy " .. rawget(s, "file") end

        -- Loads a script anew, in a sandbox of its own.
        local function strategy(file, params, options)
          if not current then fail("strategy() works inside of a test: each begins anew") end
          if type(file) ~= "string" then
            fail("strategy takes a file beside this one, strategy(\"demo.lua\"), got "
              .. text_of(file))
          end
          options = checked("the options of strategy", { state = "any", seed = "whole",
            instruments = "any" }, options == nil and {} or options)
          local loaded = call("load", { file = file, params = params or {}, options = options })
          current.symbols = loaded.symbols
          local s = setmetatable(
            { id = loaded.id, file = file, symbols = loaded.symbols }, Strategy)
          keep(s, loaded.output)
          return s
        end

        -- In a list given to play(): time passes.
        function builders.wait(seconds)
          local number = number_of("wait", "seconds", seconds)
          if number < 0 then fail("wait() goes forwards only, got " .. text_of(seconds)) end
          return marked("wait", { kind = "wait", seconds = number })
        end

        -- What only strategies have would answer nothing here.
        for _, name in ipairs { "subscribe", "params", "position", "balance", "orders",
          "instrument", "now", "mode", "trading_state", "after", "every", "cancel_timer", "plot" } do
          builders[name] = function()
            fail("`" .. name .. "` belongs into a strategy; a test loads one,"
              .. " local s = strategy(\"demo.lua\"), and calls its handlers")
          end
        end

        -- In a list given to play(): the run ends, with on_stop and its orders cancelled.
        function builders.stop(reason)
          return marked("stop", { kind = "stop", reason = argument_of("on_stop", reason) })
        end

        -- Events know of which kind they are when they cross to the host.
        for kind in pairs(events) do
          local build = builders[kind]
          builders[kind] = function(given)
            local made = build(given)
            made.kind = kind
            return made
          end
        end

        builders.test, builders.expect, builders.strategy = test, expect, strategy
        builders.run = run
        return builders
        """#
}
