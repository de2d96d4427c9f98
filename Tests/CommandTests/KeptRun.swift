/// A run that leaves something behind.
enum KeptRun {
    /// Three orders far from the market and a position, once; and a count of what it has heard.
    ///
    /// - Parameter onStart: what it says of what it finds, in Lua.
    static func script(_ symbol: String, onStart: String) -> String {
        """
        subscribe("\(symbol)", "quotes")
        state.sent = state.sent or 0
        state.fills = state.fills or 0
        local settled = false
        function on_start(why)
          \(onStart.split(separator: "\n").joined(separator: "\n  "))
          if why.reason == "first" then after(3600, "late") end
        end
        function on_quote(q)
          if state.fills == 1 and not settled then
            settled = true
            log.info("all is kept")
          end
          if state.sent == 4 or not q.bid then return end
          state.sent = state.sent + 1
          if state.sent == 4 then return buy{qty = 0.01} end
          return buy{qty = 0.001, price = q.bid * (0.9 - state.sent / 100), tag = "t" .. state.sent}
        end
        function on_fill(f) state.fills = state.fills + 1 end
        function on_order(o) log.info("order %s %s is %s", o.tag or "-", o.id, o.state) end
        """
    }
}
