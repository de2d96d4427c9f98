package import TradingModel

/// A moment as a person types it: `2025-01-31 09:30`, `20250131`, a count since 1970.
///
/// - Returns: in UTC, unless a zone stands with it; nil: it is not a time, or may be read in two ways.
package func moment(of text: String) -> Timestamp? {
    var column = TimeColumn()
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty else { return nil }
    return try? column.read(bytes.span, bytes.indices)
}
