extension Template {
    static let maker = Template(
        name: "maker", summary: "quotes both sides of the book and lives from the spread",
        strategy: #"""
            -- {{name}}: keeps one post-only quote on each side of the book.
            --
            -- Makes money   when buyers and sellers take turns and the price comes back.
            -- Loses money   when the price runs: it then buys all the way down, or sells all the way
            --               up. And wherever a maker pays more in fees than the spread brings.
            -- Risks         the inventory, up to max_position; sold at market when the run ends.

            local p = params {
              symbol = "sim:BTC/USDT:USDT",
              size = { default = 0.01, min = 0, help = "quantity of each quote" },
              spread = { default = 1.0, min = 0, max = 500, help = "basis points from the mid" },
              requote = { default = 0.5, min = 0, max = 500, help = "basis points off that move it" },
              max_position = { default = 0.05, min = 0, help = "the most to be long or short" },
            }

            subscribe(p.symbol, "quotes")

            -- What brings one side's quote to `price`; nil: nothing has to change.
            local function work(side, price)
              local held = position(p.symbol).qty
              local room = side == "buy" and p.max_position - held or p.max_position + held
              local order = orders { symbol = p.symbol, tag = side }[1]
              if not order then
                if room < p.size then return end        -- it could go beyond max_position
                local place = side == "buy" and buy or sell
                return place {
                  symbol = p.symbol, qty = p.size, price = price, post_only = true, tag = side,
                }
              end
              -- An answer is on its way: acting on a guess doubles orders.
              if order.state ~= "working" then return end
              if room < order.remaining then return cancel(order) end
              if math.abs(order.price - price) / price * 10000 < p.requote then return end
              return amend(order, { price = price })
            end

            -- Called when the top of the book changes. Only what a handler returns is acted on.
            function on_quote(q)
              if not q.mid then return cancel { symbol = p.symbol } end
              local away = q.mid * p.spread / 10000
              local tick = instrument(p.symbol).tick
              -- Never through the other side: a post-only order that would take is refused.
              local list = {}
              list[#list + 1] = work("buy", math.min(q.mid - away, q.ask - tick))
              list[#list + 1] = work("sell", math.max(q.mid + away, q.bid + tick))
              return list
            end

            -- Called when the run ends: leaves nothing behind.
            function on_stop() return close(p.symbol) end

            """#,
        test: #"""
            -- Tests of {{name}}.lua. Run them with: runner test {{name}}_test.lua

            local function load()
              return strategy("{{name}}.lua", { size = 0.01, spread = 1, requote = 0.5 })
            end

            test("quotes both sides around the mid", function()
              local s = load()
              local intents = s.on_quote(quote { bid = 59999, ask = 60001 })
              expect(intents).near {
                buy { qty = 0.01, price = 59994, post_only = true, tag = "buy" },
                sell { qty = 0.01, price = 60006, post_only = true, tag = "sell" },
              }
            end)

            test("moves a quote that is off, and leaves one that is not", function()
              local s = load()
              local bid = order { side = "buy", qty = 0.01, price = 59970, tag = "buy" }
              local ask = order { side = "sell", qty = 0.01, price = 60006, tag = "sell" }
              s.account { orders = { bid, ask } }
              local intent = s.on_quote(quote { bid = 59999, ask = 60001 })
              expect(intent).near(amend(bid, { price = 59994 }))
            end)

            test("does not buy beyond max_position", function()
              local s = load()
              s.account { position = 0.05 }
              local intent = s.on_quote(quote { bid = 59999, ask = 60001 })
              expect(intent).is_a("sell")
            end)

            test("pulls its quotes when a side of the book is empty", function()
              local s = load()
              expect(s.on_quote(quote { bid = 59999 })).equals(cancel { symbol = s.symbols[1] })
            end)

            -- play{} sends events through the engine, the risk gate and a simulated venue.
            test("is filled by a trade through its bid", function()
              local s = load()
              local result = s.play {
                quote { bid = 59999, ask = 60001 },
                trade { price = 59990, qty = 5, side = "sell" },
              }
              expect(result.position).equals(0.01)
              expect(result.fills[1]).contains { side = "buy", liquidity = "maker" }
            end)

            """#)
}
