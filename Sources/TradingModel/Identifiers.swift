/// An id as plain values: a start that many ids share and the number behind it, or a UUID.
///
/// It becomes text at the venue's door and in what people read.
public struct NumberedText: Hashable, Sendable {
    private let start: InternedText
    private let number: UInt64
    /// The upper half of a UUID, whose lower half is the number; zero: it is none.
    private let upper: UInt64

    /// In place of a number: the text ends in none, or in one that is not written as numbers are.
    private static let none = UInt64.max

    /// Takes a text apart, in the one way that there is.
    public init(_ text: String) {
        if let (upper, lower) = Self.halves(ofUUID: text) {
            (start, self.upper, number) = (.empty, upper, lower)
            return
        }
        let bytes = text.utf8
        let digits = bytes.reversed().prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }.count
        let start = bytes.index(bytes.endIndex, offsetBy: -digits)
        let hasLeadingZero = digits > 1 && bytes[start] == UInt8(ascii: "0")
        let isPlain = (1...19).contains(digits) && !hasLeadingZero
        let number = isPlain ? UInt64(text[start...]) : nil
        self.start = InternedText(number == nil ? text : String(text[..<start]))
        self.number = number ?? Self.none
        upper = 0
    }

    /// - Parameter start: does not end in a digit.
    public init(_ start: InternedText, _ number: Int) {
        precondition(number >= 0, "ids are numbered from 0")
        self.start = start
        self.number = UInt64(number)
        upper = 0
    }

    /// The number tells most of them apart.
    public func hash(into hasher: inout Hasher) {
        if number == Self.none { hasher.combine(start) } else { hasher.combine(number) }
    }

    public var text: String {
        guard upper == 0 else { return uuidText }
        return number == Self.none ? start.description : "\(start)\(number)"
    }

    /// A number that tells most of them apart, equal of equal ones.
    public var spread: UInt64 {
        number == Self.none ? UInt64(UInt(bitPattern: unsafe start.bytes.baseAddress)) >> 4 : number
    }

    /// The number that the id ends in; nil: in none, or it is a UUID.
    public var ending: Int? { upper != 0 ? nil : Int(exactly: number) }

    // MARK: - UUIDs

    /// Where a UUID has its dashes: `8-4-4-4-12`.
    private static let dashes = [8, 13, 18, 23]

    /// Of a UUID as they are written mostly, in small letters, the upper half not zero; nil: the text is
    /// none.
    private static func halves(ofUUID text: String) -> (UInt64, UInt64)? {
        guard text.utf8.count == 36 else { return nil }
        var value: UInt128 = 0
        for (place, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "-") where dashes.contains(place): continue
            case UInt8(ascii: "0")...UInt8(ascii: "9") where !dashes.contains(place):
                value = value << 4 | UInt128(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f") where !dashes.contains(place):
                value = value << 4 | UInt128(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        let upper = UInt64(value >> 64)
        return upper == 0 ? nil : (upper, UInt64(truncatingIfNeeded: value))
    }

    private var uuidText: String {
        let value = UInt128(upper) << 64 | UInt128(number)
        let digits = String(value, radix: 16)
        var text = String(repeating: "0", count: 32 - digits.count) + digits
        for place in Self.dashes {
            text.insert("-", at: text.utf8.index(text.startIndex, offsetBy: place))
        }
        return text
    }
}

/// An id that is mostly a number behind a start that many share.
public protocol NumberedID: Hashable, Comparable, Sendable, CustomStringConvertible {
    var parts: NumberedText { get }
    init(_ parts: NumberedText)
}

extension NumberedID {
    public init(_ text: String) { self.init(NumberedText(text)) }
    /// - Parameter start: does not end in a digit.
    public init(_ start: InternedText, _ number: Int) { self.init(NumberedText(start, number)) }
    public var text: String { parts.text }
    public var description: String { parts.text }
    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// Our id of an order, sent with it and never used again.
public struct ClientOrderID: NumberedID {
    public let parts: NumberedText
    public init(_ parts: NumberedText) { self.parts = parts }
}

/// The venue's id of an order, from its acknowledgement.
public struct VenueOrderID: NumberedID {
    public let parts: NumberedText
    public init(_ parts: NumberedText) { self.parts = parts }
}

/// The venue's number of an execution: unique for the instrument, so that a fill told twice counts
/// once.
public struct FillID: NumberedID {
    public let parts: NumberedText
    public init(_ parts: NumberedText) { self.parts = parts }
}
