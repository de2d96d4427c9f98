extension Template {
    static let blank = Template(
        name: "blank", summary: "hears trades and trades nothing yet",
        strategy: #"""
            -- {{name}}: counts trades and reports them. It trades nothing yet.
            --
            -- Makes money   …
            -- Loses money   …
            -- Risks         …

            local p = params {
              symbol = "sim:BTC/USDT:USDT",
              report = { default = 60, min = 1, max = 86400, help = "seconds between two reports" },
            }

            subscribe(p.symbol, "trades")

            -- `state` outlives a reload, other variables do not. A run begins with it empty.
            state.trades = state.trades or 0
            local last

            every(p.report, "report")

            -- Called for each trade of the market. What it returns is acted on, for example
            --   return buy { symbol = p.symbol, qty = 0.01, price = trade.price - 10 }
            --   return target(p.symbol, 0.01)
            function on_trade(trade)
              state.trades = state.trades + 1
              last = trade.price
            end

            function on_timer(name)
              if name == "report" and last then
                log.info("%d trades, the last at %s", state.trades, last)
              end
            end

            """#,
        test: #"""
            -- Tests of {{name}}.lua. Run them with: runner test {{name}}_test.lua

            test("counts trades", function()
              local s = strategy("{{name}}.lua")
              s.on_trade(trade { price = 60000 })
              s.on_trade(trade { price = 60010, side = "sell" })
              expect(s.state.trades).equals(2)
            end)

            test("asks for nothing yet", function()
              local s = strategy("{{name}}.lua")
              expect(s.on_trade(trade { price = 60000 })).is_nil()
            end)

            test("reports once a minute", function()
              local s = strategy("{{name}}.lua", { report = 60 })
              s.on_trade(trade { price = 60000 })
              s.advance(60)
              expect(s.logs[1].text).contains("1 trades, the last at 60000")
              expect(s.timers.report).above(0)
            end)

            test("goes on counting after a reload", function()
              local s = strategy("{{name}}.lua", {}, { state = { trades = 41 } })
              s.on_trade(trade { price = 60000 })
              expect(s.state.trades).equals(42)
            end)

            -- play{} sends events through the engine, the risk gate and a simulated venue.
            test("keeps out of the market", function()
              local s = strategy("{{name}}.lua")
              local result = s.play { trade { price = 60000 }, wait(120) }
              expect(result.orders).equals {}
              expect(#result.logs).equals(2)
            end)

            """#)
}
