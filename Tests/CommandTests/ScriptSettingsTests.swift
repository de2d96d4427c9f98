import Testing

@Suite struct `Settings of the script's limits` {
    private static let endless = """
        subscribe("sim:BTC/USDT", "trades")
        function on_trade(trade) while true do end end
        """

    private func run(
        _ script: String, _ environment: [String: String], flags: [String] = []
    ) throws -> Runner {
        let folder = try TemporaryFolder()
        let path = try folder.write("script.lua", script)
        let data = try folder.write("trades.csv", `The backtest command`.trades)
        return try Runner(
            ["backtest", path, "--data", data, "--json"] + flags, environment: environment)
    }

    @Test func `reach the script`() throws {
        let run = try run(Self.endless, ["MOONRUNNER__SCRIPT__INSTRUCTIONS": "200k"])
        #expect(run.code == 3)
        #expect(run.errors.contains("ran more than 200000 Lua instructions"), "\(run.errors)")
    }

    @Test func `come from a flag first`() throws {
        let run = try run(
            Self.endless, ["MOONRUNNER__SCRIPT__INSTRUCTIONS": "200k"],
            flags: ["--script", "instructions=300k"])
        #expect(run.errors.contains("ran more than 300000 Lua instructions"), "\(run.errors)")
    }

    @Test func `of time end what instructions do not, in a backtest after a second`() throws {
        let run = try run(
            Self.endless,
            ["MOONRUNNER__SCRIPT__INSTRUCTIONS": "1000G", "MOONRUNNER__SCRIPT__TIME": "20ms"])
        #expect(run.code == 3)
        #expect(run.errors.contains("ran for more than 1000 ms"), "\(run.errors)")
    }

    @Test func `of a second's quota reach it too`() throws {
        let run = try run(
            """
            subscribe("sim:BTC/USDT", "trades")
            function on_trade() for i = 1, 9 do log.info("line " .. i) end end
            """, ["MOONRUNNER__SCRIPT__LOG_LINES_PER_SECOND": "4"])
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors.contains("more than 4 log lines within a second"), "\(run.errors)")
        #expect(!run.errors.contains("line 5"), "\(run.errors)")
    }

    @Test(arguments: [
        ("MEMRY", "1GB", "did you mean `script.memory`"),
        ("TIME", "1ms", "expected a time of at least 10ms"),
        ("MEMORY", "10", "a whole number of at least 1000000"),
        ("PLOTS", "many", "a whole number of at least 0"),
    ])
    func `that are wrong say so`(name: String, value: String, message: String) throws {
        let run = try run(Self.endless, ["MOONRUNNER__SCRIPT__\(name)": value])
        #expect(run.code == 2)
        #expect(run.errors.contains(message), "\(run.errors)")
    }
}
