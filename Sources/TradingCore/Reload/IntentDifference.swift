public import TradingModel

/// An intent and when it was asked for.
public struct TimedIntent: Hashable, Sendable {
    public let time: Timestamp
    public let intent: Intent
    init(_ time: Timestamp, _ intent: Intent) {
        self.time = time
        self.intent = intent
    }
}

/// What a new version asked for in its rehearsal, held against what had been asked for in truth.
///
/// Two intents are the same when they ask for the same thing at the same engine time.
public struct IntentDifference: Sendable {
    /// Asked for by both.
    public private(set) var same = 0
    /// Only in the rehearsal, in order.
    public private(set) var new: [TimedIntent] = []
    /// Only in truth, in order.
    public private(set) var gone: [TimedIntent] = []
    /// Whether there were more than ``most``, so that the figures are lower bounds.
    public let isCut: Bool

    /// Intents of either side that are kept: what a sane strategy asks for in hours.
    static let most = 200_000

    init(rehearsed: [TimedIntent], actual: [TimedIntent]) {
        isCut = rehearsed.count >= Self.most || actual.count >= Self.most
        var open: [TimedIntent: Int] = [:]
        for intent in actual { open[intent, default: 0] += 1 }
        for intent in rehearsed {
            if let count = open[intent], count > 0 {
                open[intent] = count - 1
                same += 1
            } else {
                new.append(intent)
            }
        }
        // Of equal ones the first are taken for the same, the last are gone.
        for intent in actual.reversed() {
            guard let count = open[intent], count > 0 else { continue }
            open[intent] = count - 1
            gone.append(intent)
        }
        gone.reverse()
    }
}
