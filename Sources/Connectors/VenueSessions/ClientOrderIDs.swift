public import TradingModel

/// What a venue allows in a client order id.
public struct ClientOrderIDRules: Hashable, Sendable {
    /// The most bytes.
    public let maxLength: Int
    /// What it allows beside letters and digits.
    public let punctuation: Set<UInt8>

    public init(maxLength: Int, punctuation: String) {
        self.maxLength = maxLength
        self.punctuation = Set(punctuation.utf8)
    }

    public func allows(_ id: ClientOrderID) -> Bool {
        !id.text.isEmpty && id.text.utf8.count <= maxLength && id.text.utf8.allSatisfy(allows)
    }

    private func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: punctuation.contains(byte)
        }
    }
}

/// Makes the client order ids of a trading session, none twice: `mr` + session + `-` + number.
///
/// Numbers come out of reservations that were written down before: a process that dies between
/// the reservation and the order leaves a gap, never a number used twice.
public struct ClientOrderIDMaker: Hashable, Sendable {
    /// The start of every id, without the hyphen.
    public let prefix: String
    /// The number of the next id.
    public private(set) var next: Int
    /// The first number that is not reserved.
    public private(set) var reservedEnd: Int

    /// The most digits that an id's number has.
    private static let mostDigits = 12

    /// A maker whose ids the venue's rules allow.
    ///
    /// - Parameter session: a number that no other session of the account has.
    /// - Parameter reserved: the numbers that were reserved for this session and not yet used.
    /// - Returns: nil where the rules leave no room for such ids.
    public init?(session: UInt64, reserved: Range<Int>, rules: ClientOrderIDRules) {
        prefix = "mr" + String(session, radix: 36)
        next = reserved.lowerBound
        reservedEnd = reserved.upperBound
        let longest = ClientOrderID(prefix + "-" + String(repeating: "9", count: Self.mostDigits))
        guard rules.allows(longest), reserved.lowerBound >= 0 else { return nil }
    }

    /// An id that was never made before; nil when the reservation is used up.
    public mutating func make() -> ClientOrderID? {
        guard next < reservedEnd else { return nil }
        defer { next += 1 }
        return ClientOrderID("\(prefix)-", next)
    }

    /// Adds numbers that were written down as reserved.
    public mutating func reserve(upTo end: Int) { reservedEnd = max(reservedEnd, end) }
}
