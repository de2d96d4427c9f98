public import TradingModel

/// An execution of the session, or one that a simulation has in its place.
public struct GapFill: Hashable, Sendable {
    public let instrument: InstrumentID
    public let side: Side
    public let fill: Fill
    /// When who sent the order heard of it.
    public let time: Timestamp

    public init(instrument: InstrumentID, side: Side, fill: Fill, time: Timestamp) {
        self.instrument = instrument
        self.side = side
        self.fill = fill
        self.time = time
    }
}

/// What the session came to have without an order of its own: a position from before, a fill of an order
/// that an earlier run had sent.
///
/// A simulation gets the same at the same place, so that it never makes a difference.
public struct Adoption: Hashable, Sendable {
    /// What it is worth at the end follows from this; a position has no fee.
    public let fill: GapFill
    /// By how much it moved the position.
    public let moved: SignedQuantity
    /// How many market events had come before it.
    public let place: Int
    /// Whether it is a fill of an earlier run's order; otherwise a position that came without one.
    public let isFill: Bool
}

/// Why a gap cannot be worked out.
public enum GapProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// An amount that does not fit.
    case tooLarge(Symbol)
    /// A fault of the program.
    case doesNotAddUp(parts: Purse, whole: Purse)

    public var description: String {
        switch self {
        case .tooLarge(let symbol): "what was traded of \(symbol) is worth too much to be counted"
        case .doesNotAddUp(let parts, let whole):
            "a fault of the program: the parts come to \(parts), the difference is \(whole)"
        }
    }
}

/// Amounts of several currencies; a currency of which there is nothing is not in it.
public struct Purse: Hashable, Sendable, CustomStringConvertible {
    public private(set) var amounts: [Currency: Money] = [:]

    public init() {}

    public subscript(currency: Currency) -> Money { amounts[currency] ?? .zero }

    public var isEmpty: Bool { amounts.isEmpty }

    public var description: String {
        guard !isEmpty else { return "nothing" }
        return amounts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            .joined(separator: ", ")
    }

    /// False, and nothing has changed: the sum does not fit.
    mutating func add(_ amount: Money, _ currency: Currency) -> Bool {
        guard let sum = self[currency].plus(amount) else { return false }
        amounts[currency] = sum == .zero ? nil : sum
        return true
    }
}
