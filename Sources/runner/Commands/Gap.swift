import ArgumentParser
import LiveTrading
import PaperTrading
import PlainJSON
import TradingCore

/// `runner gap`: a recorded session against the simulation of its own orders.
struct Gap: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gap",
        abstract: "Explains a session's gap to its simulation, in PnL.",
        discussion: """
            Sends the orders of a recorded session again, at their times, to the simulated venue over the market \
            that the session saw, and shows what the difference in PnL is made of. Fees, latency and the rest are \
            the session's settings unless a flag says otherwise.

            EXAMPLES:
              runner gap market_maker-20260131-235959
              runner gap market_maker-20260131-235959 --latency 20ms --orders
            """)

    @Argument(help: ArgumentHelp("Its name, or its folder.", valueName: "session"))
    var session: String

    @OptionGroup var paper: PaperFlags

    @Flag(help: "Show each order too.")
    var orders = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        var problems = CallProblems()
        var texts: [String] = []
        let entries = paper.entries(&texts)
        for text in texts { problems.add(text) }
        try problems.check()
        let session = try RecordedSession(self.session)
        guard session.record.header.venue != SimulatedExchange.venue else {
            throw RunFailure(
                .usage,
                "\(session.name) traded on sim, which fills orders as every simulation does: there is "
                    + "nothing to explain. A session at a venue has a gap, on paper or live, such as "
                    + "one of a script with coinex:BTC/USDT")
        }
        guard session.record.header.accounts.count == 1 else {
            throw RunFailure(
                .usage,
                "\(session.name) traded at several venues (\(session.record.header.venue)), and a gap is "
                    + "told of a session at one: its simulation has one account")
        }
        if session.record.header.mode == .paper, let earlier = session.record.header.resumed {
            throw RunFailure(
                .usage,
                "\(session.name) went on with the paper account of \(earlier.name): a gap is told of a "
                    + "session that begins its account, with --fresh for example")
        }
        let run = GapRun(
            session, own: try session.settings(), assumed: try session.settings(entries),
            namesBalances: !paper.balances.isEmpty,
            showsProgress: Console.showsStatus && !json)
        var report = try run.run()
        report.showsOrders = orders
        Console.print(json ? report.json.line : report.text)
        guard let shortfall = report.shortfall else { return }
        guard shortfall.kind == .unended else {
            throw RunFailure(
                .failed, "the figures are of what could be read. \(shortfall.text)")
        }
        Console.warn("as far as it goes: \(shortfall.text)")
    }
}
