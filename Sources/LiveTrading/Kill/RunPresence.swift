internal import Glibc

/// That a run's process lives, for others to see, and what they may tell it through its folder.
///
/// A lock that no dead process holds, on a file with the number of the process.
public final class RunPresence: Sendable {
    private let locks: OrderIDLocks
    private static let place: UInt64 = 1  // a byte of the file, as locks go

    private static func path(_ folder: RunFolder) -> String { folder.path + "/process" }
    private static func killPath(_ folder: RunFolder) -> String { folder.path + "/kill" }

    /// Shows until the process ends that the run of this folder lives.
    public init(in folder: RunFolder) throws(OrderIDProblem) {
        locks = try OrderIDLocks(Self.path(folder))
        try locks.show(Self.place)
        let number = Array("\(getpid())\n".utf8)
        let file = unsafe open(Self.path(folder), O_WRONLY | O_TRUNC | O_CLOEXEC)
        guard file >= 0 else { throw .system() }
        defer { close(file) }
        guard unsafe write(file, number, number.count) == number.count else { throw .system() }
    }

    /// The process of a run that lives; nil: it is over.
    public static func process(of folder: RunFolder) -> Int32? {
        let path = path(folder)
        guard unsafe access(path, F_OK) == 0, let locks = try? OrderIDLocks(path),
            locks.isShown(place), let bytes = fileBytes(path, most: 64)
        else { return nil }
        return Int32(String(decoding: bytes, as: UTF8.self).filter(\.isNumber))
    }

    // MARK: - The wish to kill it

    /// Asks the run of a folder to end for good; it sees that within 50 ms unless it hangs.
    public static func requestKill(of folder: RunFolder, flattens: Bool) throws(OrderIDProblem) {
        let text = Array((flattens ? "flatten\n" : "kill\n").utf8)
        let file = OrderIDFile(killPath(folder))
        try file.writeDraft(text)
        try file.putInPlace()
    }

    /// Shows that the run has seen it.
    public static func acknowledgeKill(of folder: RunFolder) {
        _ = unsafe rename(killPath(folder), killPath(folder) + ".seen")
    }

    /// Ends a process that does not answer.
    public static func end(_ process: Int32) { kill(process, SIGKILL) }

    /// What somebody asked for; nil: nobody did.
    public static func requestedKill(of folder: RunFolder) -> KillRequest? {
        guard unsafe access(killPath(folder), F_OK) == 0 else { return nil }
        let bytes = fileBytes(killPath(folder), most: 64) ?? []
        return KillRequest(
            reason: "runner kill", flattens: String(decoding: bytes, as: UTF8.self) == "flatten\n")
    }
}
