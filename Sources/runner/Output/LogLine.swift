import Synchronization
import TradingCore
import TradingModel

/// How commands and reports look as log lines; what needs no line gives nil.
enum LogLine {
    /// Nanoseconds by which the system's date was set since the run began: lines bear the date of now,
    /// while the run's own clock goes on evenly.
    static let dateShift = Atomic<Int64>(0)

    static func text(of command: Command, _ state: TradingState) -> String? {
        switch command {
        case .log(let level, let text): logged(state.now, level, text)
        case .alert(let text): line(state.now, "alert", text)
        case .refused(let refusal, let intent):
            line(state.now, "warn", "refused: \(intent.canonical(state.instruments)): \(refusal)")
        case .tradingStopped(let reason):
            line(state.now, "error", "trading stopped: \(untold(reason))")
        case .submit, .cancel, .amend, .plot, .intent: nil
        }
    }

    /// A reason without what the line before has told.
    private static func untold(_ reason: String) -> String {
        let end = Engine.strategyHasEnded
        return reason.hasPrefix(end + ": ") ? end : reason
    }

    static func text(of report: ExecutionReport, _ state: TradingState) -> String? {
        let symbol = state.instruments[report.instrument.index].symbol
        guard let order = state.orders[report.order] else { return nil }
        switch report.event {
        case .fill(let fill):
            let net = state.positions[report.instrument.index].net
            return line(
                state.now, "fill",
                "\(order.request.side) \(fill.quantity) \(symbol) @ \(fill.price) "
                    + "\(fill.liquidity.rawValue), fee \(fill.fee) \(fill.feeCurrency), "
                    + "position \(net)")
        case .rejected(let reason):
            return line(
                state.now, "warn", "the venue rejected \(describe(order, symbol)): \(reason)")
        case .expired(let reason):
            return line(state.now, "info", "expired: \(describe(order, symbol)): \(reason)")
        default: return nil
        }
    }

    private static func describe(_ order: Order, _ symbol: Symbol) -> String {
        let price = order.request.price.map { " @ \($0)" } ?? " at market"
        return "\(order.request.side) \(order.request.quantity) \(symbol)\(price)"
    }

    /// A script's words are one line; only an error's place in the script is a second one.
    private static func logged(_ time: Timestamp, _ level: LogLevel, _ text: String) -> String {
        guard level == .error, let end = text.lastIndex(of: "\n") else {
            return line(time, level.rawValue, text)
        }
        let source = text[text.index(after: end)...]
        let number = source.drop { $0 == " " }.prefix { $0.isASCII && $0.isNumber }
        guard !number.isEmpty, source.hasPrefix("  \(number) | "),
            text.contains(":\(number): ")
        else { return line(time, level.rawValue, text) }
        return line(time, level.rawValue, String(text[..<end])) + "\n" + String(source).onOneLine
    }

    /// `time level text`, as every line of a log: whatever the text is, it stays on the line.
    static func line(_ time: Timestamp, _ level: String, _ text: String) -> String {
        let padding = String(repeating: " ", count: max(0, 5 - level.count))
        let date = time.advanced(byNanoseconds: dateShift.load(ordering: .relaxed))
        return "\(UTCTime(date).dateAndMillis) \(level)\(padding) \(text.onOneLine)"
    }
}
