import Matching
import PaperTrading
import RunFigures
import ScriptHost
package import TradingCore
package import TradingModel

/// All that a run did and left behind.
package struct Outcome: Sendable {
    /// A command that was carried out, or a report that was taken in, and the engine's time.
    package enum Entry: Hashable, Sendable {
        case command(Command, Timestamp)
        case report(ExecutionReport, Timestamp)
    }

    package private(set) var entries: [Entry] = []
    /// How things stand at the trial's moments and at the end, in words.
    package private(set) var figures: [String] = []
    /// The orders that were open at the end, as the engine has them.
    package private(set) var open: [Order] = []

    package init() {}

    /// The reports in the order in which they came.
    package var reports: [ExecutionReport] {
        entries.compactMap { if case .report(let report, _) = $0 { report } else { nil } }
    }

    mutating func add(_ entry: Entry) { entries.append(entry) }
    mutating func note(_ figure: String) { figures.append(figure) }

    mutating func lookAt(_ run: SimulatedRun, _ moment: String) {
        figures.append(
            "\(moment): equity \(run.equity.equity), drawdown \(run.equity.maxDrawdown), "
                + "\(run.eventCount) events, \(run.tally.orders) orders, \(run.tally.fills) fills")
    }

    mutating func close(_ run: SimulatedRun, _ strategy: LuaStrategy) {
        lookAt(run, "at the end")
        let state = run.engine.state
        figures.append("stopped: \(run.stopReason ?? "no"); trading: \(state.isTrading)")
        figures.append("intents \(run.tally.intents.count) \(run.tally.intents.hexadecimal)")
        figures.append("refused \(run.tally.rejected.sorted { $0.key < $1.key })")
        for statistics in run.statistics { figures.append("statistics \(statistics)") }
        for instrument in state.instruments {
            let index = instrument.id.index
            figures.append("position \(state.positions[index])")
            figures.append("marks \(state.marks(instrument.id))")
            figures.append(
                "traded \(run.tally.traded[instrument.id].map { "\(Self.words($0))" } ?? "-")")
            figures.append("venue's book \(Self.words(run.books[index]))")
            figures.append("own book \(Self.words(state.books[index]))")
        }
        for (currency, balance) in state.balances.sorted(by: { $0.key < $1.key }) {
            figures.append("balance \(currency): \(balance)")
        }
        figures.append("other fees \(state.otherFees.sorted { $0.key < $1.key })")
        for balance in run.venue.account.balances { figures.append("venue's \(balance)") }
        for position in run.venue.account.positions { figures.append("venue's \(position)") }
        for order in state.orders.open { figures.append("open \(Self.words(order))") }
        if run.tally.orders > 0 {
            for serial in 1...run.tally.orders {
                figures.append(
                    "order \(state.orders[OrderSerial(serial)].map { Self.words($0) } ?? "forgotten")"
                )
            }
        }
        figures.append("at \(state.now), next \(run.nextDeadline)")
        figures.append("state \((try? strategy.stateText()) ?? "none")")
        open = state.orders.open
    }

    private static func words(_ order: Order) -> String {
        let request = order.request
        let terms = [request.quantity.attos, request.price?.attos, request.stop?.attos]
        return "\(order.id) \(order.serial.number) \(request.instrument.index) \(request.side) "
            + "\(terms) "
            + "\(request.timeInForce) \(request.isPostOnly) \(request.isReduceOnly) \(request.tag) "
            + "\(order.state.name) \(order.state.venueID?.text ?? "-") \(order.filled) "
            + "\(order.remaining) \(order.filledNotional) \(order.createdAt) \(order.updatedAt) "
            + "\(order.version) \(order.reason)"
    }

    private static func words(_ traded: Traded) -> String {
        "\(traded.bought) \(traded.sold) \(traded.fees.sorted { $0.key < $1.key })"
    }

    private static func words(_ book: OrderBook?) -> String {
        // One that nothing has come for is as good as none.
        guard let book, book.receiveTime != nil else { return "none" }
        let levels = [Side.buy, .sell].map { side in
            book.levels(side, count: .max).map { "\($0.price)=\($0.quantity)" }
        }
        return "\(levels) \(book.messages) \(book.crossedMessages) \(book.isInMessage) "
            + "\(String(describing: book.receiveTime)) \(String(describing: book.venueTime))"
    }
}

extension Outcome {
    /// FNV-1a over the figures, which hold the hash of the intents: a number for a run.
    package func digest(_ seed: UInt64) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ seed
        for figure in figures {
            for byte in figure.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        return hash
    }
}
