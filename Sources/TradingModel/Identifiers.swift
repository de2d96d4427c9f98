/// An id as two plain values: a start that many ids share, and the number behind it.
///
/// It becomes text at the venue's door and in what people read.
public struct NumberedText: Hashable, Sendable {
    private let start: InternedText
    private let number: UInt64

    /// In place of a number: the text ends in none, or in one that is not written as numbers are.
    private static let none = UInt64.max

    /// Takes a text apart, in the one way that there is.
    public init(_ text: String) {
        let bytes = text.utf8
        let digits = bytes.reversed().prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }.count
        let start = bytes.index(bytes.endIndex, offsetBy: -digits)
        let hasLeadingZero = digits > 1 && bytes[start] == UInt8(ascii: "0")
        let isPlain = (1...19).contains(digits) && !hasLeadingZero
        let number = isPlain ? UInt64(text[start...]) : nil
        self.start = InternedText(number == nil ? text : String(text[..<start]))
        self.number = number ?? Self.none
    }

    /// - Parameter start: does not end in a digit.
    public init(_ start: InternedText, _ number: Int) {
        precondition(number >= 0, "ids are numbered from 0")
        self.start = start
        self.number = UInt64(number)
    }

    public var text: String {
        number == Self.none ? start.description : "\(start)\(number)"
    }

    /// The number that the id ends in.
    public var ending: Int? { Int(exactly: number) }
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
