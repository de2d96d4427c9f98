/// Waits until files have stopped changing: an editor writes in several steps.
package struct StableFiles {
    /// Contents must stay the same this long: 50 ms, beyond any editor's pause between two writes.
    package static let quiet: Int64 = 50_000_000
    /// How long a missing file is waited for: 1 s; some tools delete before they write.
    package static let patience: Int64 = 1_000_000_000
    /// A file that never comes to rest is read anyway: 10 s.
    package static let longest: Int64 = 10_000_000_000

    private var contents: [[UInt8]?]
    private var since: Int64
    private let began: Int64
    private let paths: [String]

    package init(_ paths: [String], now: Int64) {
        self.paths = paths
        contents = paths.map(Self.read)
        since = now
        began = now
    }

    /// Whether the files are at rest; `hasNews` where the system says that they were touched.
    package mutating func areStable(at now: Int64, hasNews: Bool) -> Bool {
        let current = paths.map(Self.read)
        if hasNews || current != contents {
            contents = current
            since = now
        }
        let isWhole = !contents.contains { $0 == nil || $0?.isEmpty == true }
        if now - began >= Self.longest { return true }
        return now - since >= (isWhole ? Self.quiet : Self.patience)
    }

    /// The texts; nil for a file that is not there.
    package var texts: [[UInt8]?] { contents }

    /// Where it is longer the script host refuses it.
    private static func read(_ path: String) -> [UInt8]? { fileBytes(path, most: 8 << 20) }
}
