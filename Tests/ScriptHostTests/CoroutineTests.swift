import ScriptHost
import Testing

@Suite struct `Coroutines` {
    @Test func `suspend, go on and end`() throws {
        let lines = try logged(
            """
            local co = coroutine.create(function(a, b)
              local c = coroutine.yield(a + b)
              local d, e = coroutine.yield(c * 2)
              return d .. e
            end)
            log.info('%s %d', coroutine.resume(co, 1, 2))
            log.info('%s %d', coroutine.resume(co, 10))
            log.info(coroutine.status(co))
            log.info('%s %s', coroutine.resume(co, 'x', 'y'))
            log.info(coroutine.status(co))
            log.info('%s %s', coroutine.resume(co))
            """)
        #expect(
            lines == [
                "true 3", "true 20", "suspended", "true xy", "dead",
                "false cannot resume dead coroutine",
            ])
    }

    @Test func `are iterators by wrap, and outlive a callback`() throws {
        let run = try ScriptRun(
            """
            local next_square = coroutine.wrap(function()
              local n = 0
              while true do n = n + 1 coroutine.yield(n * n) end
            end)
            function on_trade() log.info(next_square()) end
            """)
        #expect(try (0..<4).flatMap { _ in try run.trade().lines } == ["1", "4", "9", "16"])
    }

    @Test func `yield across pcall and xpcall`() throws {
        let lines = try logged(
            """
            local co = coroutine.wrap(function()
              local ok, value = pcall(function() return coroutine.yield('a') + 1 end)
              local failed, message = pcall(function() coroutine.yield('b') error('late', 0) end)
              local handled, text = xpcall(function() coroutine.yield('c') error('x', 0) end,
                function(m) return m .. '!' end)
              return tostring(ok) .. value .. tostring(failed) .. message .. tostring(handled) .. text
            end)
            log.info('%s %s %s %s', co(), co(1), co(), co())
            """)
        #expect(lines == ["a b c true2falselatefalsex!"])
    }

    @Test func `tell who runs`() throws {
        let lines = try logged(
            """
            local main, is_main = coroutine.running()
            log.info('%s %s', type(main), is_main)
            local co
            co = coroutine.create(function()
              local self, inner_main = coroutine.running()
              log.info('%s %s %s', self == co, inner_main, coroutine.status(main))
              log.info('%s', coroutine.isyieldable())
            end)
            coroutine.resume(co)
            log.info('%s %s', coroutine.isyieldable(), coroutine.isyieldable(co))
            """)
        #expect(lines.prefix(3) == ["thread true", "true false normal", "true"])
    }

    @Test func `close their variables, and say what failed there`() throws {
        let lines = try logged(
            """
            local function suspended(close)
              local co = coroutine.create(function()
                local t <close> = setmetatable({}, {__close = close})
                coroutine.yield()
              end)
              coroutine.resume(co)
              return co
            end
            log.info('%s', coroutine.close(suspended(function() log.info('closed') end)))
            log.info('%s %s', coroutine.close(suspended(function() error('bad', 0) end)))
            log.info('%s', coroutine.close(coroutine.create(print)))
            local failing = coroutine.wrap(function()
              local t <close> = setmetatable({}, {__close = function() log.info('closed too') end})
              error('out', 0)
            end)
            log.info('%s %s', pcall(failing))
            log.info('%s %s', pcall(coroutine.close, coroutine.running()))
            """)
        #expect(
            lines == [
                "closed", "true", "false bad", "true", "closed too", "false out",
                "false strategy.lua:17: cannot close a running coroutine",
            ])
    }

    @Test func `refuse what is none`() throws {
        #expect(try failure("coroutine.resume(1)").contains("resume was given a number, expected"))
        #expect(try failure("coroutine.wrap(1)").contains("function expected"))
        #expect(try failure("coroutine.nothing()").contains("unknown function `coroutine.nothing`"))
    }

    @Test func `show where they stand in a traceback`() throws {
        let lines = try logged(
            """
            local function inner() log.info(traceback('here')) end
            inner()
            log.info(select(2, xpcall(function() error('deep', 0) end, traceback)))
            """)
        #expect(lines[0].hasPrefix("here\ncalls, innermost first:\n  strategy.lua:1: in inner"))
        #expect(lines[1].hasPrefix("deep\ncalls, innermost first:\n  strategy.lua:3: in"))
    }
}
