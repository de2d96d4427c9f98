import TradingCore
import TradingModel

/// How commands and reports look as log lines; what needs no line gives nil.
enum LogLine {
    static func text(of command: Command, _ state: TradingState) -> String? {
        switch command {
        case .log(let level, let text): line(state.now, level.rawValue, text)
        case .alert(let text): line(state.now, "alert", text)
        case .refused(let refusal, let intent):
            line(state.now, "warn", "refused: \(intent.canonical(state.instruments)): \(refusal)")
        case .tradingStopped(let reason): line(state.now, "error", "trading stopped: \(reason)")
        case .submit, .cancel, .amend, .plot, .intent: nil
        }
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

    /// `time level text`, as every line of a log.
    static func line(_ time: Timestamp, _ level: String, _ text: String) -> String {
        let padding = String(repeating: " ", count: max(0, 5 - level.count))
        return "\(UTCTime(time).dateAndMillis) \(level)\(padding) \(text)"
    }
}
