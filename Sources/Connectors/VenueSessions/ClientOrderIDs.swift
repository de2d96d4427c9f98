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

/// What a venue takes as client order ids.
public enum ClientIDUse: Hashable, Sendable {
    /// Text by these rules.
    case text(ClientOrderIDRules)
    /// Numbers by this one: a run uses those that it has reserved.
    case numbers(ClientNumberRule)
}

/// What a venue allows in client order ids that are whole numbers, and how many a run takes at once.
public struct ClientNumberRule: Hashable, Sendable {
    public let allowed: ClosedRange<Int>
    /// Reserved together.
    public let blockLength: Int

    public init(allowed: ClosedRange<Int>, blockLength: Int) {
        precondition(
            allowed.lowerBound > 0 && 0 < blockLength && blockLength <= allowed.count / 4,
            "a round of numbers has several blocks")
        self.allowed = allowed
        self.blockLength = blockLength
    }

    /// 24 bits.
    ///
    /// Source: the venue's API description, `client_ord_id`.
    public static var bits24: Self { Self(allowed: 1...16_777_215, blockLength: 65_536) }
}

/// The form of a run's client order ids: `mr`, the session, `-` and a number.
///
/// The session is a number that no other run of the account has, reserved before (`AccountOrderIDs`): so
/// whatever is counted behind it, no id comes twice.
public struct ClientOrderIDMaker: Hashable, Sendable {
    /// The start of every id, without the hyphen.
    public let prefix: String

    private static let mark = "mr"
    /// The most digits that an id's number has.
    private static let mostDigits = 12
    /// The digits of a session to the base of 36: those of a microsecond from 1973 to 2085, and more.
    private static let sessionDigits = 9...12

    /// A maker whose ids the venue's rules allow; nil where they leave no room for such ids.
    public init?(session: UInt64, rules: ClientOrderIDRules) {
        prefix = Self.prefix(of: session)
        let longest = ClientOrderID(prefix + "-" + String(repeating: "9", count: Self.mostDigits))
        guard rules.allows(longest) else { return nil }
    }

    /// The start of the ids of a session, without the hyphen.
    public static func prefix(of session: UInt64) -> String {
        mark + String(session, radix: 36)
    }

    /// The session of the run that gave the id; nil: no run of this program did.
    public static func session(of clientID: String) -> UInt64? {
        guard clientID.hasPrefix(mark) else { return nil }
        let parts = clientID.dropFirst(mark.count).split(
            separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, sessionDigits.contains(parts[0].utf8.count),
            parts[0].utf8.allSatisfy({ isDigit($0) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 }
            ),
            !parts[1].isEmpty, parts[1].utf8.allSatisfy(isDigit)
        else { return nil }
        return UInt64(parts[0], radix: 36)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}
