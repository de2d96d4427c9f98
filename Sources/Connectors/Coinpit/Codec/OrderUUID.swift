/// The venue's id of an order: a UUID, and nothing else.
///
/// A request that cancels has one. So none can be without: at this venue a cancel that names no order closes
/// every position.
package struct OrderUUID: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// Nil: the text is no UUID.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for (place, byte) in bytes.enumerated() {
            let isDash = [8, 13, 18, 23].contains(place)
            let isRight =
                isDash
                ? byte == UInt8(ascii: "-")
                : (48...57).contains(byte) || (97...102).contains(byte) || (65...70).contains(byte)
            guard isRight else { return nil }
        }
        description = text
    }
}
