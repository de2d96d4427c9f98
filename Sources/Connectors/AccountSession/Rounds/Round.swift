internal import TradingModel

/// What must be answered until we agree with the venue about a segment; before trading goes on, or
/// beside it.
struct Round {
    var questions: Set<Ask> = []
    /// When it began: answers to questions asked before are too old.
    var since = Timestamp.distantPast
    /// Whether the executions that are missing were asked for, order by order.
    var hasAskedForOwed = false
    /// Answers that pushes overtook.
    var overtaken = 0
    /// Orders of others that were reported since.
    var foreign: Set<WireID> = []
    var foreignStops: Set<WireID> = []
}

/// The rounds of all segments, changed where they lie.
struct Rounds {
    private var spot = Round()
    private var futures = Round()

    subscript(segment: Segment) -> Round {
        _read {
            switch segment {
            case .spot: yield spot
            case .futures: yield futures
            }
        }
        _modify {
            switch segment {
            case .spot: yield &spot
            case .futures: yield &futures
            }
        }
    }
}
