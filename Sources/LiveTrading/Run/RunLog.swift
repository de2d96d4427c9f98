/// What a run said, line by line, in its folder: a terminal may close, and a scrollback ends.
///
/// The latest 64 to 128 MB are kept, in `log.txt` and what came before it in `log.1.txt`.
public final class RunLog: Sendable {
    public static let fileName = "log.txt"
    private static let olderName = "log.1.txt"
    private static let mostBytes = 64 << 20

    private let file: LineFile
    private let older: String

    /// - Parameter whenBroken: called once, on any thread, with what keeps it from being written.
    public init(
        in folder: RunFolder, whenBroken: @escaping @Sendable (String) -> Void
    ) throws(RunFolder.Problem) {
        file = try LineFile(folder.path + "/" + Self.fileName, whenBroken: whenBroken)
        older = folder.path + "/" + Self.olderName
    }

    /// Adds what was shown, a line or several.
    public func add(_ text: String) {
        file.append(text)
        file.turnOver(atBytes: Self.mostBytes, to: older)
    }

    /// What stands behind this beginning, of the lines of a run's latest file.
    public static func lines(of folder: RunFolder, beginning: String) -> [String] {
        let text = String(decoding: fileBytes(folder.path + "/" + fileName) ?? [], as: UTF8.self)
        return text.split(separator: "\n").filter { $0.hasPrefix(beginning) }
            .map { String($0.dropFirst(beginning.count)) }
    }

    /// Why it is not whole, such as a full disk; nil: it is.
    public var problem: String? { file.problem }
}
