public import TradingModel

/// Something that a comparison with the venue's lists brought to light, and what shows it.
///
/// What it changes is told apart, as ever: an execution as a report, a settlement as funding.
public struct AccountDifference: Hashable, Sendable, CustomStringConvertible {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A list has an execution that nothing told before.
        case missedExecution = "missed execution"
        /// The venue does not show an order any more, and nobody told its end.
        case lostOrder = "lost order"
        /// A list has an order of somebody else that was not there before.
        case foreignOrder = "foreign order"
        /// An order of somebody else is gone: filled, cancelled or expired.
        case foreignOrderGone = "foreign order gone"
        /// An execution's fee is another one than it was first booked with.
        case feeDifference = "fee difference"
        /// Funding was settled while no run of the strategy lived.
        case settlementWhileAway = "settlement while away"
    }

    /// One thing that shows it: `list`, `open orders`.
    public struct Evidence: Hashable, Sendable {
        public var name: String
        public var value: String
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public var kind: Kind
    public var instrument: InstrumentID
    public var evidence: [Evidence]
    public init(_ kind: Kind, _ instrument: InstrumentID, _ evidence: [Evidence]) {
        self.kind = kind
        self.instrument = instrument
        self.evidence = evidence
    }

    /// `missed execution (order mr1-2, 0.5 @ 64000)`.
    public var description: String {
        let words = evidence.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        return words.isEmpty ? kind.rawValue : "\(kind.rawValue) (\(words))"
    }
}
