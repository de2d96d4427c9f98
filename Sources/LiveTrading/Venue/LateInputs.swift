internal import TradingCore
internal import TradingModel

extension EngineInput {
    /// The same as if it came only now: of what is held back until a strategy may start.
    func received(at now: Timestamp) -> EngineInput {
        switch self {
        case .status(var status):
            status.receiveTime = now
            return .status(status)
        case .report(var report):
            report.receiveTime = now
            return .report(report)
        case .market(.funding(var funding)):
            funding.receiveTime = now
            return .market(.funding(funding))
        default: return self
        }
    }
}
