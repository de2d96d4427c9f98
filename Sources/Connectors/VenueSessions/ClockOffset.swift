public import TradingModel

/// How far the venue's clock is ahead of ours, from requests for its time.
///
/// A reply was stamped somewhere between our sending and our receiving, so the middle is wrong by
/// half of that span at most; of the last samples the one with the shortest span counts.
public struct ClockOffset: Sendable {
    private struct Sample {
        let offset: Int64
        let span: Int64
    }

    /// Enough to have one that was not delayed, few enough to follow a clock that drifts.
    private static let kept = 8
    private var samples: [Sample] = []

    public init() {}

    /// Adds what the venue's clock showed for a request sent and answered at these times.
    public mutating func add(venueTime: Timestamp, sent: Timestamp, received: Timestamp) {
        let span = max(0, received.nanoseconds - sent.nanoseconds)
        let middle = sent.nanoseconds + span / 2
        if samples.count == Self.kept { samples.removeFirst() }
        samples.append(Sample(offset: venueTime.nanoseconds - middle, span: span))
    }

    /// Forgets what was measured: after an adjustment of either clock nothing of it holds.
    public mutating func reset() { samples.removeAll() }

    /// What to add to our clock, in nanoseconds; nil before the first sample.
    public var nanoseconds: Int64? { best?.offset }

    /// How wrong ``nanoseconds`` may be; nil before the first sample.
    public var uncertainty: Int64? { best.map { ($0.span + 1) / 2 } }

    private var best: Sample? { samples.min { $0.span < $1.span } }

    /// Our time on the venue's clock; as it is before the first sample.
    public func venueTime(at now: Timestamp) -> Timestamp {
        now.advanced(byNanoseconds: nanoseconds ?? 0)
    }
}
