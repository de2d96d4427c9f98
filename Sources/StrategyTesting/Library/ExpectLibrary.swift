extension TestLibrary {
    /// test() and expect().
    static let expectations = #"""
        local tests, names = {}, {}
        local current                      -- the test that runs; nil while the file loads

        local function test(name, body)
          if current then fail("test() works while the file loads, not inside of a test") end
          if type(name) ~= "string" or name == "" then
            fail("test needs a name: test(\"buys the dip\", function() … end)")
          end
          if type(body) ~= "function" then
            fail("test needs a function: test(\"" .. name .. "\", function() … end)")
          end
          if names[name] then fail("there are two tests named \"" .. name .. "\"") end
          names[name] = true
          tests[#tests + 1] = body
          call("test", { name = name, place = place() })
        end

        local matchers = {}
        local matcher_names = {}

        local function needs_value(name, count)
          if count == 0 then fail(name .. "() needs the value to compare with") end
        end

        local function needs_number(name, value)
          if type(value) ~= "number" then
            fail(name .. "() compares numbers, and was given " .. text_of(value))
          end
        end

        function matchers.equals(got, count, expected)
          needs_value("equals", count)
          return explain(expected, got, nil, "")
        end

        function matchers.not_equals(got, count, expected)
          needs_value("not_equals", count)
          if not difference(expected, got, nil, "", 0) then
            return "expected  anything but " .. text_of(expected)
          end
        end

        -- Numbers, also those inside of tables, within a billionth, or within `most`.
        function matchers.near(got, count, expected, most)
          needs_value("near", count)
          if count > 1 then needs_number("near", most) end
          local function tolerance(one, other)
            return most or 1e-9 * math.max(math.abs(one), math.abs(other))
          end
          return explain(expected, got, tolerance, "near ")
        end

        function matchers.above(got, _, limit)
          needs_number("above", limit)
          if type(got) ~= "number" or not (got > limit) then
            return "expected  a number above " .. text_of(limit) .. "\n     got  " .. text_of(got)
          end
        end

        function matchers.below(got, _, limit)
          needs_number("below", limit)
          if type(got) ~= "number" or not (got < limit) then
            return "expected  a number below " .. text_of(limit) .. "\n     got  " .. text_of(got)
          end
        end

        function matchers.is_nil(got)
          if got ~= nil then return "expected  nil\n     got  " .. text_of(got) end
        end

        function matchers.is_not_nil(got)
          if got == nil then return "expected  a value\n     got  nil" end
        end

        local types = {
          "number", "integer", "string", "boolean", "table", "function", "nil", "trade", "quote",
          "book", "bar", "ticker", "funding", "fill", "order", "status", "buy", "sell", "cancel",
          "amend", "target", "close",
        }
        local is_type = {}
        for _, name in ipairs(types) do is_type[name] = true end

        -- One of Lua's types, or what made it: "buy", "trade".
        function matchers.is_a(got, _, wanted)
          if type(wanted) ~= "string" or not is_type[wanted] then
            fail("is_a(" .. text_of(wanted) .. "): there is no such type"
              .. nearest(tostring(wanted), types))
          end
          local kind = kind_of(got) or type(got)
          if kind == wanted or type(got) == wanted or math.type(got) == wanted then return end
          return "expected  a value of type " .. wanted .. "\n     got  " .. text_of(got)
        end

        local function has_fields(got, wanted)
          if type(wanted) ~= "table" or type(got) ~= "table" then
            return not difference(wanted, got, nil, "", 0)
          end
          for key, value in pairs(wanted) do
            if not has_fields(got[key], value) then return false end
          end
          return true
        end

        -- A text in a text; a value in a list; some fields of a table, in a list's entry too.
        function matchers.contains(got, count, wanted)
          needs_value("contains", count)
          if type(got) == "string" and type(wanted) == "string" then
            if got:find(wanted, 1, true) then return end
          elseif type(got) == "table" then
            if type(wanted) == "table" and has_fields(got, wanted) then return end
            for _, entry in ipairs(got) do
              if has_fields(entry, wanted) then return end
            end
          end
          return "expected  something with " .. text_of(wanted) .. "\n     got  " .. text_of(got)
        end

        -- The function fails, with this in its message.
        function matchers.raises(got, count, wanted)
          if type(got) ~= "function" then
            fail("raises() needs a function: expect(function() … end).raises(\"…\")")
          end
          local failed = current.failed
          local ok, message = pcall(got)
          if current.failed > failed then error(message, 0) end
          if ok then return "expected  an error\n     got  none" end
          if count == 0 then return end
          if type(wanted) ~= "string" then fail("raises() takes a part of the message") end
          if tostring(message):find(wanted, 1, true) then return end
          return "expected  an error with " .. text_of(wanted) .. "\n     got  "
            .. tostring(message)
        end

        for name in pairs(matchers) do matcher_names[#matcher_names + 1] = name end

        local Expectation = {}

        function Expectation.__index(self, name)
          local match = matchers[name]
          if not match then
            fail("expect() has no `" .. tostring(name) .. "`"
              .. nearest(tostring(name), matcher_names))
          end
          return function(...)
            local first = ...
            if rawequal(first, self) then
              fail("write expect(…)." .. name .. "(…), with a dot")
            end
            rawset(self, "is_compared", true)
            local problem = match(rawget(self, "value"), select("#", ...), ...)
            if problem then
              current.failed = current.failed + 1
              fail(problem)
            end
            return self
          end
        end

        local function expect(...)
          if not current then fail("expect() works inside of a test") end
          if select("#", ...) > 1 then
            fail("expect() takes one value: put several into a list, expect({a, b})")
          end
          local value = ...
          local it = { value = value, place = place(), is_compared = false }
          current.expected[#current.expected + 1] = it
          return setmetatable(it, Expectation)
        end

        -- Calls a test; an expect() that compared nothing fails it, for it could not fail itself.
        local function run(number)
          current = { expected = {}, failed = 0, orders = 0 }
          call("begin")
          tests[number]()
          for _, it in ipairs(current.expected) do
            if not rawget(it, "is_compared") then
              error(rawget(it, "place") .. "expect() was given a value and compares it with"
                .. " nothing: go on with .equals(…) or another comparison", 0)
            end
          end
          call("count", #current.expected)
          current = nil
        end

        """#
}
