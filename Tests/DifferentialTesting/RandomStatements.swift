import PropertyTesting

/// What a handler of a random script does before it answers.
extension RandomScript {
    /// What a script says when a copy is not what the view was made of.
    static let copyDiffers = "a copy differs from its view"

    mutating func statement(in handler: Handler) -> String {
        switch random.int(0...15) {
        case 0...2: reading(handler)
        case 3...5: query()
        case 6: indicator()
        case 7: saying(handler)
        case 8: timer()
        case 9: keeping(handler)
        case 10: stateful()
        case 11: "note(steps[\(random.int(1...3))](n))"
        case 12: routine()
        case 13: "if \(seldom()) then \(failure()) end"
        case 14: caught()
        default: "for i = 1, \(random.int(1...20)) do acc = (acc + i * n) % 1000003 end"
        }
    }

    /// Reads fields in any order, or all of them as a copy.
    private mutating func reading(_ handler: Handler) -> String {
        let fields = handler.fields
        guard !fields.isEmpty else {
            return handler == .timer ? "note(e)" : "note(e.reason)"
        }
        if random.chance(25) {
            let field = random.pick(fields)
            return "local c = e:copy() if c.\(field) ~= e.\(field) then "
                + "log.error(\"\(Self.copyDiffers)\") end note(c.\(field))"
        }
        if random.chance(10) { return "note(tostring(e))" }
        return (0..<random.int(1...4)).map { _ in "note(e.\(random.pick(fields)))" }
            .joined(separator: " ")
    }

    private mutating func query() -> String {
        let symbol = symbol()
        switch random.int(0...11) {
        case 0: return "note(now())"
        case 1: return "note(position(\(symbol)).qty)"
        case 2: return "note(position(\(symbol)).unrealised_pnl)"
        case 3: return "note(position(\(symbol)).realised_pnl) note(position(\(symbol)).funding)"
        case 4: return "local a, b = balance(\"USDT\") note(a) note(b)"
        case 5: return "for _, o in ipairs(orders()) do note(o.remaining) note(o.state) end"
        case 6: return "for _, o in ipairs(orders{tag = \"a\"}) do note(o.price) note(o.filled) end"
        case 7:
            return
                "local q = quote(\(symbol)) if q then note(q.bid) note(q.ask_qty) note(q.mid) end"
        case 8:
            return "local b = book(\(symbol)) if b then note(b:level(\"buy\", 1)) "
                + "note(b:volume(\"sell\", 3)) note(b:count(\"buy\")) note(b.received) end"
        case 9:
            return "local b = book(\(symbol)) if b then for _, l in ipairs(b:asks(3)) do "
                + "note(l.price) note(l.qty) end end"
        case 10: return "note(instrument(\(symbol)).tick) note(mode())"
        default: return "if mine then note(mine.state) note(mine.filled) note(mine.reason) end"
        }
    }

    private mutating func indicator() -> String {
        switch random.int(0...2) {
        case 0: return "note(average(px(\(symbol()))))"
        case 1: return "local h = extremes(acc % 50) if h then plot(\"h\", h) end"
        default: return "if up(acc % 10, 5) then plot(\"up\", acc) end"
        }
    }

    private mutating func saying(_ handler: Handler) -> String {
        let rarely = condition()
        switch random.int(0...5) {
        case 0: return "if \(rarely) then log.info(\"%d %.6f\", n, acc) end"
        case 1: return "if \(rarely) then log.warn(n, acc, mode()) end"
        case 2: return "if \(rarely) then plot(\"p\", acc) end"
        case 3: return "if \(rarely) then alert(\"at \" .. n) end"
        case 4 where handler.isFleeting: return "if \(seldom()) then log.debug(\"%s\", e) end"
        default: return "if \(rarely) then print(n, now()) end"
        }
    }

    private mutating func timer() -> String {
        let rarely = condition()
        let name = random.pick(["a", "b", "beat"])
        switch random.int(0...4) {
        case 0, 1:
            let wait = random.pick(["0", "0.0005", "0.003", "0.25", "5"])
            return "if \(rarely) then later(\(wait), \"\(name)\") end"
        case 2:
            return
                "if \(seldom()) then every(\(random.pick(["0.03", "0.5", "3"])), \"\(name)\") end"
        case 3: return "if \(rarely) then cancel_timer(\"\(name)\") end"
        default: return "if \(rarely) then later(0.001 * (n % 7), \"t\" .. n % 4) end"
        }
    }

    /// Keeps an event past its callback, which is an error to read, or its copy, which is none.
    private mutating func keeping(_ handler: Handler) -> String {
        guard handler.isFleeting else { return "kept = nil" }
        let field = random.pick(handler.fields)
        if random.chance(40) { return "kept = e:copy() note(kept.\(field))" }
        return "if kept then local fine, why = pcall(function() return kept.symbol end) "
            + "note(fine) note(type(why)) end kept = e"
    }

    private mutating func stateful() -> String {
        switch random.int(0...3) {
        case 0: return "state.n = (state.n or 0) + 1 note(state.n)"
        case 1: return "state[\"k\" .. n % 5] = acc"
        case 2: return "state.deep = state.deep or {} state.deep[n % 3 + 1] = px(\(symbol()))"
        default: return "for k, v in pairs(state) do note(k) note(v) end"
        }
    }

    private mutating func routine() -> String {
        if random.chance(30) {
            return "local c = coroutine.create(function() error(\"inside\") end) "
                + "note(coroutine.resume(c)) note(coroutine.status(c))"
        }
        return "if not co then co = walker() end note(co(acc % 100))"
    }

    private mutating func failure() -> String {
        switch random.int(0...6) {
        case 0, 1: return "error(\"on purpose \" .. n)"
        case 2: return "local none note(none.field)"
        case 3: return "error({code = n})"
        case 4: return "note(nosuch)"
        case 5: return "note(px(1) + {})"
        default: return "buy{symbol = \(symbol()), qty = 0}"
        }
    }

    private mutating func caught() -> String {
        let failure = failure()
        if random.chance(30) {
            return "note(xpcall(function() \(failure) end, function(m) return type(m) end))"
        }
        return "local fine, why = pcall(function() \(failure) end) note(fine) note(type(why))"
    }
}
