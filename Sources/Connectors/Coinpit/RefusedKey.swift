internal import TradingModel
internal import VenueSessions

/// What stands where a key cannot be read: it asks for nothing, and says so.
final class RefusedKey: VenueProbe {
    private(set) var report = VenueReport()
    private let problem: VenueProblem

    init(_ reason: InvalidCoinpitKey) {
        problem = VenueProblem(
            "coinpit: the key cannot be used: \(reason)",
            whatToDo: "set the user id and the private key in wallet import format", cause: .key,
            isPermanent: true)
    }

    func handle(
        _ input: SessionInput, at now: Timestamp, into actions: inout [SessionAction]
    ) {
        guard case .timer = input, !report.isDone else { return }
        report.key = .refused(problem)
        report.isDone = true
        actions.append(.problem(problem))
    }

    func handle(
        frame: Span<UInt8>, isText: Bool, on socket: SocketID, at now: Timestamp,
        into actions: inout [SessionAction]
    ) {}
}
