import Synchronization
import TradingCore
import TradingModel

/// A line of the log, before it is known where it is shown.
struct LogLine {
    let time: Timestamp
    let level: String
    /// What it says, in full.
    let text: String
    /// The same for narrow terminals, the longest first.
    private var shorter: () -> [String] = { [] }
    /// A line of the script that failed, which follows.
    private var source: String?
    /// What lines have in common that say the same again; nil: each is news.
    private(set) var topic: String?

    /// Nanoseconds by which the system's date was set since the run began: lines bear the date of now,
    /// while the run's own clock goes on evenly.
    static let dateShift = Atomic<Int64>(0)

    init(_ time: Timestamp, _ level: String, _ text: String) {
        self.time = time.advanced(byNanoseconds: Self.dateShift.load(ordering: .relaxed))
        self.level = level
        self.text = text
    }

    /// The same line as one that may come again and again, with other figures.
    var repeating: LogLine {
        var line = self
        line.topic = level + " " + Self.withoutFigures(text)
        return line
    }

    /// The same line as one that may come again and again, word for word.
    var repeatingExactly: LogLine {
        var line = self
        line.topic = level + " " + text
        return line
    }

    private static func withoutFigures(_ text: String) -> String {
        var shape: [UInt8] = []
        var isInFigure = false
        for byte in text.utf8 {
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            let isFigure = isDigit || isInFigure && byte == UInt8(ascii: ".")
            if !isFigure {
                shape.append(byte)
            } else if !isInFigure {
                shape.append(UInt8(ascii: "#"))
            }
            isInFigure = isFigure
        }
        return String(decoding: shape, as: UTF8.self)
    }

    // MARK: - As text

    /// `2026-01-31 23:54:13.937 level text`, as every line of a log that is kept: all of it.
    ///
    /// Whatever the text is, it stays on the line.
    /// - Parameter note: what is said of the line itself.
    func full(_ note: String = "") -> String {
        line(UTCTime(time).dateAndMillis, text + note)
    }

    /// `23:54:13 level text`, in the longest form that fits `columns`; nothing of it is cut.
    func short(_ note: String = "", columns: Int) -> String {
        let clock =
            columns < Self.roomForMillis ? UTCTime(time).clock : UTCTime(time).clockAndMillis
        let forms = shorter().map { line(clock, $0 + note) }
        return forms.first { TerminalText.columns(of: $0) <= columns } ?? forms.last
            ?? line(clock, text + note)
    }

    private static let roomForMillis = 100  // columns

    private func line(_ time: String, _ text: String) -> String {
        let padding = String(repeating: " ", count: max(0, 5 - level.count))
        let line = "\(time) \(level)\(padding) \(text.onOneLine)"
        return source.map { "\(line)\n\($0.onOneLine)" } ?? line
    }
}

// MARK: - Commands and reports

extension LogLine {
    /// Nil: the command needs no line.
    init?(_ command: Command, _ state: TradingState) {
        switch command {
        case .log(let level, let text): self = Self.logged(state.now, level, text)
        case .alert(let text): self.init(state.now, "alert", text)
        case .refused(let refusal, let intent):
            let text = "refused: \(intent.canonical(state.instruments)): \(refusal)"
            self = LogLine(state.now, "warn", text).repeating
        case .tradingStopped(let reason):
            self.init(state.now, "error", "trading stopped: \(Self.untold(reason))")
        case .tradingState(let permission, let instrument, let reason):
            let symbol = instrument.map { state.instruments[$0].symbol }
            self.init(
                state.now, permission == .active ? "info" : "warn",
                permission.inWords(of: symbol, reason))
        case .submit, .cancel, .amend, .plot, .intent: return nil
        }
    }

    /// A reason without what the line before has told.
    private static func untold(_ reason: String) -> String {
        let end = Engine.strategyHasEnded
        return reason.hasPrefix(end + ": ") ? end : reason
    }

    /// Nil: the report needs no line.
    init?(_ report: ExecutionReport, _ state: TradingState) {
        switch report.event {
        case .fill, .rejected, .expired: break
        default: return nil
        }
        guard let order = state.orders[report.order] else { return nil }
        let instrument = state.instruments[report.instrument.index]
        var what: String { Self.describe(order, instrument.symbol) }
        switch report.event {
        case .fill(let fill):
            let net = state.positions[report.instrument.index].net
            self = Self.filled(fill, order.request.side, instrument, net, at: state.now)
        case .rejected(let reason):
            self = LogLine(state.now, "warn", "the venue rejected \(what): \(reason)").repeating
        case .expired(let reason):
            self = LogLine(state.now, "info", "expired: \(what): \(reason)").repeating
        default: return nil
        }
    }

    private static func filled(
        _ fill: Fill, _ side: Side, _ instrument: Instrument, _ net: SignedQuantity,
        at time: Timestamp
    ) -> LogLine {
        let trade = "\(side) \(fill.quantity) \(instrument.symbol) @ \(fill.price)"
        let how = fill.liquidity.rawValue
        var line = LogLine(
            time, "fill",
            "\(trade) \(how), fee \(fill.fee) \(fill.feeCurrency), position \(net)")
        line.shorter = {
            let fee = "fee \(fill.fee.shown(in: fill.feeCurrency))"
            let paid = "\(fee) \(fill.feeCurrency)"
            // In another currency than usual its name is no detail.
            let least = fill.feeCurrency == instrument.settle ? fee : paid
            return [
                "\(trade) \(how), \(paid), position \(net)", "\(trade) \(how), \(paid), pos \(net)",
                "\(trade) \(how), \(least), pos \(net)", "\(trade), \(least), pos \(net)",
                "\(trade), pos \(net)",
            ]
        }
        return line
    }

    private static func describe(_ order: Order, _ symbol: Symbol) -> String {
        let price = order.request.price.map { " @ \($0)" } ?? " at market"
        return "\(order.request.side) \(order.request.quantity) \(symbol)\(price)"
    }

    /// A script's words are one line; only an error's place in the script is a second one.
    private static func logged(_ time: Timestamp, _ level: LogLevel, _ text: String) -> LogLine {
        let whole = LogLine(time, level.rawValue, text)
        guard level == .error, let end = text.lastIndex(of: "\n") else { return whole }
        let source = text[text.index(after: end)...]
        let number = source.drop { $0 == " " }.prefix { $0.isASCII && $0.isNumber }
        guard !number.isEmpty, source.hasPrefix("  \(number) | "),
            text.contains(":\(number): ")
        else { return whole }
        var line = LogLine(time, level.rawValue, String(text[..<end]))
        line.source = String(source)
        return line
    }
}
