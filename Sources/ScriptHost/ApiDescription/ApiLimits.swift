// The end of the page, and the names that scripts do not get.

extension ScriptApi {
    static let luaTexts: [ApiPart] = [
        .heading(3, "The same on every run"),
        .text(
            """
            The same inputs give the same run: `pairs` and `next` walk in a defined order (whole numbers
            from 1 up, then other numbers, texts, false, true), tables as keys cannot be walked, text of a
            table shows a counter, `math.random` starts from the session's seed, and `table.sort` is stable.
            """),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            local names = {}
            for name in pairs{b = 1, a = 2, 10} do names[#names + 1] = tostring(name) end
            log.info(table.concat(names, " "))
            -- expect: 1 a b
            """),
    ]

    static let limits: [ApiPart] = [
        .heading(3, "Limits"),
        .text(
            """
            | Limit of a callback | Default |
            | --- | --- |
            | instructions | 3,000,000, counted once a callback is late by some milliseconds |
            | processor time | 50 ms; in a backtest 1 s |
            | memory of the script | 64 MB |
            | intents, log lines and alerts, plots, timers | 1,000 each |
            """),
    ]

    /// Names of other Lua programs; where one is described above, it is no longer withheld.
    static let withheld: [ApiWithheld] = [
        ApiWithheld("io", "strategies have no files; use log and alert"),
        ApiWithheld(
            "debug", "it would let a script out of its sandbox; traceback(message) shows the calls"),
        ApiWithheld("package", "require \"name\" loads NAME.lua beside the script"),
        ApiWithheld("load", "code comes from files; use require"),
        ApiWithheld("loadstring", "code comes from files; use require"),
        ApiWithheld("loadfile", "use require"),
        ApiWithheld("dofile", "use require"),
        ApiWithheld("setfenv", "it is not part of Lua 5.4"),
        ApiWithheld("getfenv", "it is not part of Lua 5.4"),
        ApiWithheld("unpack", "it is table.unpack in Lua 5.4"),
        ApiWithheld("_G", "globals are read by their names"),
        ApiWithheld("bit32", "Lua 5.4 has &, |, ~, << and >>"),
        ApiWithheld("module", "a module is a file that returns a table; use require"),
        ApiWithheld("arg", "a script takes its settings by params{…}"),
        ApiWithheld("os.execute", "a strategy starts no programs; use log and alert"),
        ApiWithheld("os.getenv", "a script takes its settings by params{…}"),
        ApiWithheld("os.exit", "error(text) ends a callback; a run ends from outside"),
        ApiWithheld("os.remove", "strategies have no files; `state` outlives a reload"),
        ApiWithheld("os.rename", "strategies have no files; `state` outlives a reload"),
        ApiWithheld("os.tmpname", "strategies have no files; `state` outlives a reload"),
        ApiWithheld("os.setlocale", "texts are the same on every machine"),
        ApiWithheld("os.difftime", "times are numbers of seconds: subtract them"),
        ApiWithheld("math.randomseed", "math.random starts from the session's seed, --seed"),
        ApiWithheld("math.pow", "it is x ^ y in Lua 5.4"),
        ApiWithheld("math.log10", "it is math.log(x, 10) in Lua 5.4"),
        ApiWithheld("math.atan2", "it is math.atan(y, x) in Lua 5.4"),
        ApiWithheld("math.ldexp", "it is x * 2.0 ^ n in Lua 5.4"),
        ApiWithheld("math.mod", "it is math.fmod in Lua 5.4"),
        ApiWithheld("string.dump", "code comes from files; use require"),
        ApiWithheld("string.gfind", "it is string.gmatch in Lua 5.4"),
        ApiWithheld("table.getn", "it is #list in Lua 5.4"),
        ApiWithheld("table.foreach", "walk it with pairs"),
        ApiWithheld("table.foreachi", "walk it with ipairs"),
    ]
}
