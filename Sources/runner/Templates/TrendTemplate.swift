extension Template {
    static let trend = Template(
        name: "trend", summary: "follows a trend: long after averages cross upwards, with a stop",
        strategy: #"""
            -- {{name}}: long while the fast average of closes is above the slow one, with a stop.
            --
            -- Makes money   when the price runs one way for much longer than the slow average looks
            --               back.
            -- Loses money   when it goes sideways: each false cross costs two fees and the spread.
            -- Risks         the position, down to the stop; a jump goes through it.

            local p = params {
              symbol = "sim:BTC/USDT:USDT",
              bars = "5s",         -- trades soon, to be watched; longer bars pay fewer fees
              fast = { default = 10, min = 2, max = 1000, help = "bars in the fast average" },
              slow = { default = 30, min = 3, max = 5000, help = "bars in the slow average" },
              size = { default = 0.01, min = 0, help = "the position while the trend is up" },
              stop = { default = 1.0, min = 0, max = 50, help = "percent of loss that ends it" },
            }
            assert(p.fast < p.slow, "fast must be shorter than slow")

            subscribe(p.symbol, "bars:" .. p.bars)

            -- Indicators are made once, out here, and keep their history.
            local fast, slow = ta.ema(p.fast), ta.ema(p.slow)
            local up, down = ta.crossover(), ta.crossunder()

            -- Called when a bar closes. Only what a handler returns is acted on.
            function on_bar(bar)
              local f, s = fast(bar.close), slow(bar.close)
              if not s then return end                  -- still warming up
              local has_risen, has_fallen = up(f, s), down(f, s)

              local held = position(p.symbol)
              if held.qty > 0 and bar.close < held.average_price * (1 - p.stop / 100) then
                log.info("stop: %.1f is too far below %.1f", bar.close, held.average_price)
                return target(p.symbol, 0)              -- and out until they cross again
              end
              if has_risen then return target(p.symbol, p.size) end
              if has_fallen and held.qty ~= 0 then return target(p.symbol, 0) end
            end

            function on_order(order)
              if order.state == "rejected" then log.warn("refused: %s", order.reason) end
            end

            -- Called when the run ends: leaves nothing behind.
            function on_stop() return close(p.symbol) end

            """#,
        test: #"""
            -- Tests of {{name}}.lua. Run them with: runner test {{name}}_test.lua

            -- Each test loads the script anew; short averages need few bars.
            local function load()
              return strategy("{{name}}.lua", { fast = 2, slow = 3, size = 0.01, stop = 1 })
            end

            -- Calls on_bar for each close and gives what the last one returned.
            local function closes(s, list)
              local intent
              for _, close in ipairs(list) do intent = s.on_bar(bar { close = close }) end
              return intent
            end

            test("waits until both averages are there", function()
              expect(closes(load(), { 60000, 59900 })).is_nil()
            end)

            test("goes long when the averages cross upwards", function()
              expect(closes(load(), { 60000, 59900, 59800, 60500 })).equals(target(0.01))
            end)

            test("leaves when they cross back", function()
              local s = load()
              closes(s, { 60000, 59900, 59800, 60500 })
              s.account { position = { qty = 0.01, price = 60500 } }
              expect(closes(s, { 60400, 60100 })).equals(target(0))
            end)

            test("leaves at the stop, and says so", function()
              local s = load()
              closes(s, { 60000, 59900, 59800, 60500 })
              s.account { position = { qty = 0.01, price = 62000 } }
              expect(s.on_bar(bar { close = 61000 })).equals(target(0))
              expect(s.logs[1].text).contains("stop")
            end)

            -- play{} sends events through the engine, the risk gate and a simulated venue.
            test("holds the position that it asked for", function()
              local s = load()
              local result = s.play {
                bar { close = 60000 }, bar { close = 59900 }, bar { close = 59800 },
                bar { close = 60500 }, bar { close = 60600 },
              }
              expect(result.position).equals(0.01)
              expect(result.refused).equals {}
            end)

            """#)
}
