/// A script's own name for an order: up to 63 bytes of UTF-8, none of them zero; empty: none.
///
/// The bytes lie in the order itself: a script may make up another name for each order of a year.
@safe public struct OrderTag: Hashable, Sendable {
    /// The text, and zeros behind it.
    private var bytes: (UInt128, UInt128, UInt128, UInt128) = (0, 0, 0, 0)

    public static let empty = OrderTag()
    /// Of the text, without a zero behind it.
    public static let mostBytes = 63

    private init() {}

    /// Nil: the text is longer, or has a zero in it.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.mostBytes, !text.utf8.contains(0) else { return nil }
        var text = text
        text.withUTF8 { unsafe set(UnsafeRawBufferPointer($0)) }
    }

    /// The bytes up to the first zero, 63 at most.
    public init(upToZero bytes: UnsafeRawBufferPointer) {
        let count = unsafe bytes.prefix(Self.mostBytes).prefix { $0 != 0 }.count
        unsafe set(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
    }

    private mutating func set(_ text: UnsafeRawBufferPointer) {
        unsafe withUnsafeMutableBytes(of: &bytes) { unsafe $0.copyMemory(from: text) }
    }

    public var isEmpty: Bool { bytes.0 == 0 }

    /// Calls `body` with the text's bytes.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe withUnsafeBytes(of: bytes) { all in
            let count = unsafe all.prefix { $0 != 0 }.count
            return unsafe body(UnsafeRawBufferPointer(rebasing: all[..<count]))
        }
    }

    public static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }
    public func hash(into hasher: inout Hasher) {
        unsafe withBytes { unsafe hasher.combine(bytes: $0) }
    }
}

extension OrderTag: CustomStringConvertible, ExpressibleByStringLiteral {
    public var description: String {
        unsafe withBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    public init(stringLiteral text: String) {
        guard let tag = Self(text) else { preconditionFailure("no tag: \(text)") }
        self = tag
    }
}
