/// Why a journal cannot be opened or read, with the file and what to do.
///
/// Whatever the problem is: the file is left as it is.
public struct JournalProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        /// Another run writes it.
        case inUse
        /// A newer release wrote it.
        case newer
        /// An older release wrote it, and no run has opened it since.
        case older
        /// It is a file of another program, or no file of SQLite's at all.
        case foreign
        case damaged
        case readOnly
        /// There is no such file.
        case missing
        /// A value in it is not what its column is for.
        case badValue
        /// A run of this name is in it.
        case knownRun
        /// Whatever else the system says.
        case system
    }

    public let kind: Kind
    public let description: String

    public init(_ kind: Kind, _ path: String, _ what: String) {
        self.kind = kind
        description = "\(path): \(what)"
    }
}
