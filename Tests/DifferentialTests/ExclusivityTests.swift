import DifferentialTesting
import Foundation
import Matching
import PaperTrading
import RunFigures
import ScriptHost
import Testing
import TradingCore
import TradingModel

/// Two accesses to the same thing at once, of which one changes it: a fault that the program as it
/// ships does not notice, and that ends the tests.
@Suite struct `Overlapping accesses` {
    #if CHECKS_EXCLUSIVITY
        private static let areChecked = true
    #else
        private static let areChecked = false
    #endif
    private static let comment: Comment = "built without the checks: make test has them"

    @Test func `are checked in the tests of make test`() {
        let variable = ProcessInfo.processInfo.environment["MOONRUNNER_CHECK_EXCLUSIVITY"]
        #expect(variable != "1" || Self.areChecked)
    }

    @Test(.enabled(if: areChecked, comment))
    func `to a run that is under way end the process`() async {
        await #expect(processExitsWith: .failure) { try Desk().play(asking: true) }
        await #expect(processExitsWith: .success) { try Desk().play(asking: false) }
    }
}

/// Holds a run, and may look at it while it changes.
private final class Desk {
    private var run: SimulatedRun
    private var equity = Money.zero

    init() throws {
        let instrument = Instrument(
            id: InstrumentID(0), symbol: try Symbol("sim:BTC/USDT:USDT"),
            tick: Price(attos: attosPerUnit), lot: Quantity(attos: attosPerUnit))
        let time = Timestamp(nanoseconds: 1_767_225_600_000_000_000)
        let trade = Trade(
            instrument: instrument.id, price: Price(attos: attosPerUnit),
            quantity: Quantity(attos: attosPerUnit), taker: .buy, venueTime: time,
            receiveTime: time)
        let text = """
            subscribe("sim:BTC/USDT:USDT", "trades")
            function on_trade(trade) log.info(trade.price) end
            """
        let trial = Trial(
            name: "overlap", instruments: [instrument], depth: [], paper: PaperSettings(),
            makeStrategy: { try LuaStrategy(text: text) },
            makeSource: { ListedSource([.trade(trade)]) })
        run = try trial.makeRun(try trial.makeStrategy(), [])
    }

    func play(asking: Bool) throws {
        run.listener = { [unowned self] _, _ in
            if asking { equity = run.equity.equity }
        }
        _ = try run.advance(to: .distantFuture)
    }
}
