extension Template {
    static let pairs = Template(
        name: "pairs", summary: "buys spot and sells the perpetual while that is dear",
        strategy: #"""
            -- {{name}}: holds spot against the perpetual while the perpetual is dear.
            --
            -- At the end of each bar it measures how many deviations the ratio of the two prices is
            -- from its mean. Far above it buys spot and sells the perpetual; back near the mean it
            -- leaves both. Spot cannot be sold short, so the other way round is left out.
            --
            -- Makes money   when the two prices belong together and the ratio comes back.
            -- Loses money   when the ratio goes on, or comes back by less than four fees.
            -- Risks         the legs fill one after the other; half a pair is left at the next bar.

            local p = params {
              spot = "sim:BTC/USDT",
              perpetual = "sim:BTC/USDT:USDT",
              bars = "5s",         -- trades soon, to be watched; longer bars pay fewer fees
              window = { default = 60, min = 10, max = 100000, help = "bars in mean, deviation" },
              enter = { default = 2.0, min = 0, max = 20, help = "deviations that begin a trade" },
              leave = { default = 0.0, min = -20, max = 20, help = "deviations that end it" },
              size = { default = 0.01, min = 0, help = "quantity of each leg" },
            }
            assert(p.leave < p.enter, "leave must be below enter")

            subscribe(p.spot, "bars:" .. p.bars)
            subscribe(p.perpetual, "bars:" .. p.bars)

            local score = ta.zscore(p.window)
            local last = {}                             -- by symbol: its last close, and when

            local function leave_both() return { target(p.spot, 0), target(p.perpetual, 0) } end

            -- Called when a bar closes. Only what a handler returns is acted on.
            function on_bar(bar)
              last[bar.symbol] = { price = bar.close, time = bar.time }
              local a, b = last[p.spot], last[p.perpetual]
              if not (a and b) or a.time ~= b.time then return end
              local z = score(b.price / a.price)
              if not z then return end                  -- still warming up

              local long, short = position(p.spot).qty > 0, position(p.perpetual).qty < 0
              if long ~= short then
                if #orders() > 0 then return end        -- the other is on its way
                log.warn("only one leg is there: leaving it")
                return leave_both()
              end
              if long and z < p.leave then return leave_both() end
              if not long and z > p.enter then
                log.info("entering at %.2f deviations", z)
                return { target(p.spot, p.size), target(p.perpetual, -p.size) }
              end
            end

            function on_order(order)
              if order.state == "rejected" then log.warn("refused: %s", order.reason) end
            end

            -- Called when the run ends: leaves nothing behind.
            function on_stop() return { close(p.spot), close(p.perpetual) } end

            """#,
        test: #"""
            -- Tests of {{name}}.lua. Run them with: runner test {{name}}_test.lua

            local spot, perpetual = "sim:BTC/USDT", "sim:BTC/USDT:USDT"

            local function load()
              return strategy("{{name}}.lua", { window = 10, enter = 2, leave = 0, size = 0.01 })
            end

            -- One bar of each, of the same minute; gives what the second returned.
            local function minute(s, spot_price, perpetual_price)
              local time = s.now
              s.on_bar(bar { symbol = spot, close = spot_price, time = time })
              return s.on_bar(bar { symbol = perpetual, close = perpetual_price, time = time })
            end

            -- Nine quiet minutes, then one in which the perpetual is dear.
            local function until_dear(s)
              for i = 1, 9 do minute(s, 60000, 60010 + i % 2) end
              return minute(s, 60000, 60100)
            end

            test("waits until it knows the mean", function()
              expect(minute(load(), 60000, 60100)).is_nil()
            end)

            test("buys spot and sells the perpetual when that is dear", function()
              expect(until_dear(load())).equals { target(spot, 0.01), target(perpetual, -0.01) }
            end)

            test("leaves both when the ratio is back", function()
              local s = load()
              until_dear(s)
              s.account { positions = { [spot] = 0.01, [perpetual] = -0.01 } }
              expect(minute(s, 60000, 59990)).equals { target(spot, 0), target(perpetual, 0) }
            end)

            test("does not stay with one leg", function()
              local s = load()
              until_dear(s)
              s.account { positions = { [spot] = 0.01 } }
              expect(minute(s, 60000, 60100)).equals { target(spot, 0), target(perpetual, 0) }
              expect(s.logs[1]).contains { level = "warn" }
            end)

            -- play{} sends events through the engine, the risk gate and a simulated venue.
            test("holds both legs in a run", function()
              local s = load()
              local events, start = {}, s.now
              for i = 1, 12 do
                local time = start + i * 60
                local dear = i >= 10 and 60100 or 60010 + i % 2
                events[#events + 1] = bar { symbol = spot, close = 60000, time = time }
                events[#events + 1] = bar { symbol = perpetual, close = dear, time = time }
              end
              local result = s.play(events)
              expect(result.positions).equals { [spot] = 0.01, [perpetual] = -0.01 }
            end)

            """#)
}
