import PropertyTesting

/// What a handler of a random script returns.
extension RandomScript {
    /// The end of a handler: nothing, or what it asks for, under some condition or always.
    mutating func answer(in handler: Handler) {
        if random.chance(zeal) {
            for _ in 0..<random.int(1...2) {
                line("  if \(condition()) and may() then return \(wish(in: handler)) end")
            }
        }
        if random.chance(6) { line("  if \(seldom()) then return \(nonsense()) end") }
        // A `return` that asks for nothing must be as good as none.
        switch random.int(0...9) {
        case 0, 1: line("  return nil")
        case 2, 3: line("  return {}")
        case 4: line("  if \(condition()) then return {} end")
        case 5: line("  if \(condition()) then return nil end")
        case 6: line("  return")
        default: break
        }
    }

    /// Something that may be returned.
    private mutating func wish(in handler: Handler) -> String {
        switch random.int(0...9) {
        case 0...4: return intent()
        case 5, 6:
            return "{\((0..<random.int(1...4)).map { _ in intent() }.joined(separator: ", "))}"
        case 7: return "(function() local i = \(intent()) return {i, i} end)()"
        case 8:
            return "(function() local l = {} for i = 1, \(random.int(1...3)) do "
                + "l[#l + 1] = \(intent()) end return l end)()"
        default: return "{\(intent()), nil}"
        }
    }

    /// Something that may not: each is refused with a message, and counts as a failure.
    private mutating func nonsense() -> String {
        switch random.int(0...8) {
        case 0: "false"
        case 1: "nil, \(intent())"
        case 2: "\(intent()), nil"
        case 3: "{nil, \(intent())}"
        case 4: "{[1] = \(intent()), [3] = \(intent())}"
        case 5: "{{\(intent())}}"
        case 6: "{qty = 1}"
        case 7: "\"buy\""
        default: "{\(intent()), 7}"
        }
    }

    // MARK: - Intents

    private mutating func intent() -> String {
        let symbol = symbol()
        switch random.int(0...13) {
        case 0...7: return order(of: symbol)
        case 8: return "cancel{\(random.pick(["", "tag = \"a\"", "symbol = \(symbol)"]))}"
        case 9: return "(mine and cancel(mine) or cancel{tag = \"none\"})"
        case 10, 11: return "target(\(symbol), \(signed()) * lot(\(symbol)))"
        case 12: return "close(\(symbol))"
        default:
            let terms = random.pick([
                "price = \(price(symbol))", "qty = \(quantity(symbol))",
                "price = \(price(symbol)), qty = \(quantity(symbol))",
            ])
            return "(orders()[1] and amend(orders()[1], {\(terms)}) or cancel{})"
        }
    }

    private mutating func order(of symbol: String) -> String {
        var fields = ["symbol = \(symbol)", "qty = \(quantity(symbol))"]
        let isMarket = random.chance(40)
        if !isMarket { fields.append("price = \(price(symbol))") }
        if random.chance(12) { fields.append("stop = \(price(symbol))") }
        switch random.int(0...9) {
        case 0 where !isMarket: fields.append("post_only = true")
        case 1: fields.append("tif = \"ioc\"")
        case 2: fields.append("tif = \"fok\"")
        default: break
        }
        if random.chance(15) { fields.append("reduce_only = true") }
        if random.chance(30) { fields.append("tag = \"\(random.pick(["a", "b", "c"]))\"") }
        let side = random.pick(["buy", "sell", "(n % 2 == 0 and buy or sell)"])
        return "\(side){\(fields.joined(separator: ", "))}"
    }

    /// On the lot, off it, as text, too small.
    private mutating func quantity(_ symbol: String) -> String {
        switch random.int(0...9) {
        case 0...5: "\(random.int(1...20)) * lot(\(symbol))"
        case 6: "\(random.int(1...9)).\(random.int(1...9)) * lot(\(symbol))"
        case 7: "string.format(\"%.3f\", \(random.int(1...5)) * lot(\(symbol)))"
        case 8: "(0.1 + 0.2) * \(random.int(1...9)) * lot(\(symbol))"
        default: "\(random.int(1...3)) * lot(\(symbol)) / 10"
        }
    }

    /// Around the last price: on the tick, a dust of a float off it, or as text.
    private mutating func price(_ symbol: String) -> String {
        let away = random.int(-4...4)
        switch random.int(0...5) {
        case 0...3: return "px(\(symbol)) + \(away) * tick(\(symbol))"
        case 4: return "string.format(\"%.4f\", px(\(symbol)) + \(away) * tick(\(symbol)))"
        default: return "px(\(symbol)) * (1 + \(away) / 10000)"
        }
    }

    private mutating func signed() -> String { "\(random.int(-10...10))" }
}
