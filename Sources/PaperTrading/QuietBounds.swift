internal import TradingModel

/// How much may happen between two events of the data, and at one instant, before a run stops.
struct QuietBounds {
    /// Commands at one instant beyond which a strategy is taken for one that answers itself.
    static let roundsPerInstant = 10_000

    private let most: Int
    private var count = 0
    private var barSteps = 0
    private var instant = Timestamp.distantPast

    /// - Parameter most: timers and the like between two events.
    init(most: Int) { self.most = most }

    /// Counts one more thing that is due; says why the run stops, nil: it goes on.
    mutating func count(_ due: Timestamp, isBarStep: Bool) -> String? {
        count += 1
        guard count <= most else {
            return "more than \(most) timers ran out between two events of the data: "
                + "choose longer times"
        }
        guard isBarStep else { return nil }
        barSteps = due > instant ? 1 : barSteps + 1
        instant = max(due, instant)
        return barSteps > Self.roundsPerInstant ? Self.reason(barSteps) : nil
    }

    static func reason(_ rounds: Int) -> String {
        "the strategy sent orders \(rounds) times without time passing"
    }
}
