/// A stream of market events: a file, several files merged, or a generator.
public protocol MarketEventSource: AnyObject {
    /// Fills an empty batch with the next events, in the order in which they reach us.
    ///
    /// A batch that stays empty says that the stream has ended.
    ///
    /// - Throws: ``MarketDataError`` at the first event that cannot be read; those before it have
    ///   been handed out by an earlier call.
    func read(into batch: EventBatch) throws(MarketDataError)
}

/// Market data that cannot be used, and where it stands.
public struct MarketDataError: Error, Hashable, Sendable, CustomStringConvertible {
    public let file: String
    /// Counted from 1; nil where the file as a whole is meant.
    public let line: Int?
    public let reason: String

    public init(file: String, line: Int? = nil, reason: String) {
        self.file = file
        self.line = line
        self.reason = reason
    }

    public var description: String {
        let place = line.map { ":\($0)" } ?? ""
        return "\(file.onOneLine)\(place): \(reason.onSomeLines)"
    }
}
