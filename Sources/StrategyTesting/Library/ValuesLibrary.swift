extension TestLibrary {
    /// Showing and comparing values: what failures are made of.
    static let values = #"""
        local call, place, nearest = ...

        -- Fails the test at the author's line.
        local function fail(text) error(place() .. text, 0) end

        local function keys_of(t)
          local list = {}
          for key in pairs(t) do list[#list + 1] = key end
          return list
        end

        local function is_list(t)
          local count = 0
          for _ in pairs(t) do count = count + 1 end
          return count > 0 and count == #t
        end

        -- The kind of a value that the library made: "trade", "buy"; nil for any other.
        local function kind_of(value)
          local metatable = type(value) == "table" and getmetatable(value)
          return type(metatable) == "table" and rawget(metatable, "kind") or nil
        end

        local function text_of_number(number)
          if math.type(number) == "integer" then return tostring(number) end
          local short = ("%.14g"):format(number)
          if tonumber(short) == number then return short end
          return ("%.17g"):format(number)
        end

        local function text_of_string(text)
          local shown = text:gsub('[%c"\\]', function(c)
            if c == "\n" then return "\\n" end
            if c == "\t" then return "\\t" end
            return c:byte() < 32 and ("\\%03d"):format(c:byte()) or "\\" .. c
          end)
          return '"' .. shown .. '"'
        end

        -- What an order has unless it says otherwise: not worth showing.
        local usual = { tif = "gtc", post_only = false, reduce_only = false }

        local function is_name(key)
          return type(key) == "string" and key:match("^[%a_][%w_]*$") ~= nil
        end

        local show

        local function show_entries(value, kind, indent, depth)
          local parts, hidden = {}, kind and value.kind == kind
          local shows_names = not is_list(value)
          for _, key in ipairs(keys_of(value)) do
            local entry = value[key]
            if not (hidden and (key == "kind" or usual[key] == entry)) then
              local name = ""
              if shows_names then
                name = (is_name(key) and key or "[" .. show(key, "", depth + 1) .. "]") .. " = "
              end
              parts[#parts + 1] = name .. show(entry, indent .. "  ", depth + 1)
            end
          end
          return parts
        end

        -- A value as Lua would write it: keys in order, long tables on several lines.
        function show(value, indent, depth)
          local kind = type(value)
          if kind == "number" then return text_of_number(value) end
          if kind == "string" then return text_of_string(value) end
          if kind ~= "table" then return tostring(value) end
          if depth > 20 then return "{…}" end
          local name = kind_of(value) or ""
          local parts = show_entries(value, name ~= "" and name or nil, indent, depth)
          if #parts == 0 then return name .. "{}" end
          local line = table.concat(parts, ", ")
          if #line <= 72 and not line:find("\n", 1, true) then
            return name .. "{ " .. line .. " }"
          end
          local inner = "\n" .. indent .. "  "
          return name .. "{" .. inner .. table.concat(parts, "," .. inner) .. ",\n" .. indent .. "}"
        end

        local function text_of(value) return show(value, "          ", 0) end

        local function is_same_leaf(one, other, tolerance)
          if one == other or (one ~= one and other ~= other) then return true end
          if not tolerance or type(one) ~= "number" or type(other) ~= "number" then return false end
          return math.abs(one - other) <= tolerance(one, other)
        end

        -- Where two values differ: the path, and both sides of it; nil: nowhere.
        local function difference(expected, got, tolerance, path, depth)
          if type(expected) ~= "table" or type(got) ~= "table" then
            if is_same_leaf(expected, got, tolerance) then return nil end
            return path, expected, got
          end
          if rawequal(expected, got) then return nil end
          if depth > 50 then fail("the values are nested too deeply to be compared") end
          local seen = {}
          for _, t in ipairs { expected, got } do
            for _, key in ipairs(keys_of(t)) do
              if not seen[key] then
                seen[key] = true
                local step = is_name(key) and "." .. key or "[" .. show(key, "", 0) .. "]"
                local at, one, other = difference(
                  expected[key], got[key], tolerance, path .. step, depth + 1)
                if at then return at, one, other end
              end
            end
          end
          return nil
        end

        -- What to say of a difference; nil: there is none.
        local function explain(expected, got, tolerance, word)
          local at, one, other = difference(expected, got, tolerance, "", 0)
          if not at then return nil end
          local text = "expected  " .. word .. text_of(expected) .. "\n     got  " .. text_of(got)
          if at == "" then return text end
          return text .. "\n      at  " .. at .. ": expected " .. text_of(one) .. ", got "
            .. text_of(other)
        end

        """#
}
