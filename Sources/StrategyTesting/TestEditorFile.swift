/// What editors learn of test files: a library for the Lua language server.
public enum TestEditorFile {
    /// Where it goes, beside the strategy.
    public static let path = ".moonrunner/library/moonrunner_test.lua"

    public static var text: String {
        """
        ---@meta
        -- What test files have beside Lua, for `runner test`.

        ---Declares a test, while the file loads.
        ---@param name string
        ---@param body fun()
        function test(name, body) end

        ---@class moonrunner.Expectation
        \(comparisons)

        ---What a test compares: `expect(value).equals(…)`.
        ---@param value any
        ---@return moonrunner.Expectation
        function expect(value) end

        \(events.map(builder).joined(separator: "\n\n"))

        ---In a list given to `play`: simulated time passes.
        ---@param seconds number
        function wait(seconds) end

        ---In a list given to `play`: the run ends.
        ---@param reason? string
        function stop(reason) end

        ---@class moonrunner.StrategyUnderTest
        \(handlers)
        ---@field account fun(fields: { position?: any, positions?: table, balances?: table, orders?: table })
        ---@field market fun(events: table)
        ---@field advance fun(seconds: number): table?
        ---@field play fun(events: table): table
        ---@field intents table[]
        ---@field logs { level: string, text: string }[]
        ---@field alerts string[]
        ---@field plots { name: string, value: number }[]
        ---@field timers table<string, number>
        ---@field state table
        ---@field now number
        ---@field symbols string[]
        ---@field file string

        ---Loads a script anew, in a sandbox of its own.
        ---@param file string beside the test file
        ---@param params? table
        ---@param options? { state?: table, seed?: integer, instruments?: table }
        ---@return moonrunner.StrategyUnderTest
        function strategy(file, params, options) end

        """
    }

    private static let comparisons = [
        ("equals", "value: any"), ("not_equals", "value: any"),
        ("near", "value: any, most?: number"), ("above", "limit: number"),
        ("below", "limit: number"), ("is_nil", ""), ("is_not_nil", ""), ("is_a", "type: string"),
        ("contains", "part: any"), ("raises", "text?: string"),
    ].map { "---@field \($0) fun(\($1)): moonrunner.Expectation" }.joined(separator: "\n")

    private static let handlers = [
        ("trade", "trade?: table"), ("quote", "quote?: table"), ("book", "book?: table"),
        ("bar", "bar?: table"), ("ticker", "ticker?: table"), ("funding", "funding?: table"),
        ("order", "order?: table"), ("fill", "fill?: table"), ("status", "status?: table"),
        ("position", "symbol?: string"), ("timer", "name: string"), ("start", "reason?: string"),
        ("stop", "reason?: string"),
    ].map { "---@field on_\($0) fun(\($1)): table?" }.joined(separator: "\n")

    private static let numbers = "number|string"

    /// Each event with its fields that are no numbers; the others are.
    private static let events: [(name: String, numbers: String, others: [(String, String)])] = [
        ("trade", "price qty time received id", [("side", "\"buy\"|\"sell\"|\"unknown\"")]),
        ("quote", "bid ask bid_qty ask_qty time received", []),
        ("book", "time received", [("bids", "table[]"), ("asks", "table[]")]),
        (
            "bar", "open high low close volume buy_volume trades time",
            [("size", "string")]
        ),
        ("ticker", "last mark index volume time received", []),
        ("funding", "rate mark time received", []),
        (
            "order", "qty price stop filled average_price time",
            [
                ("side", "\"buy\"|\"sell\""), ("tif", "\"gtc\"|\"ioc\"|\"fok\""),
                ("post_only", "boolean"), ("reduce_only", "boolean"), ("tag", "string"),
                ("state", "string"), ("reason", "string"), ("id", "string"),
            ]
        ),
        (
            "fill", "price qty fee time",
            [
                ("order", "table"), ("side", "\"buy\"|\"sell\""), ("fee_currency", "string"),
                ("liquidity", "\"maker\"|\"taker\""), ("id", "string"),
            ]
        ),
        ("status", "time", [("venue", "string"), ("state", "string"), ("reason", "string")]),
    ]

    private static func builder(
        _ event: (name: String, numbers: String, others: [(String, String)])
    ) -> String {
        let fields =
            [("symbol", "string")] + event.others
            + event.numbers.split(separator: " ").map { (String($0), numbers) }
        let name = "moonrunner.test.\(event.name)"
        return "---@class \(name)\n"
            + fields.map { "---@field \($0)? \($1)" }.joined(separator: "\n")
                + """


                ---A made-up \(event.name); what is left out has a default.
                ---@param fields? \(name)
                ---@return table
                function \(event.name)(fields) end
                """
    }
}
