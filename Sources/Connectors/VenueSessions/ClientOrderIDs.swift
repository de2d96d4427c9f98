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
        prefix = Self.mark + String(session, radix: 36)
        let longest = ClientOrderID(prefix + "-" + String(repeating: "9", count: Self.mostDigits))
        guard rules.allows(longest) else { return nil }
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
