internal import Glibc
internal import TradingModel

/// That one run at a time writes an account's journal.
///
/// A byte range of a file beside the journal, locked for the open file description: the system lets go
/// of it when the process ends in whatever way. The file says in words who has it.
package final class JournalLock: Sendable {
    // Source: Linux, include/uapi/asm-generic/fcntl.h.
    private static let setLock: Int32 = 37  // F_OFD_SETLK

    private let file: Int32

    /// - Parameter owner: a line that tells others whose it is.
    /// - Throws: ``JournalProblem`` of the kind `inUse` with the other's line.
    init(of journal: String, owner: String) throws(JournalProblem) {
        let path = journal + ".lock"
        file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw JournalProblem(.system, path, systemReason()) }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = 0
        lock.l_len = 1
        guard unsafe fcntl(file, Self.setLock, &lock) == 0 else {
            let isOthers = errno == EAGAIN || errno == EACCES
            let reason = isOthers ? Self.words(of: file, journal) : systemReason()
            close(file)
            throw JournalProblem(isOthers ? .inUse : .system, journal, reason)
        }
        // Who the owner is is for people: where it cannot be written, the lock holds all the same.
        _ = ftruncate(file, 0)
        let line = Array((owner + "\n").utf8)
        _ = unsafe line.withUnsafeBytes { unsafe pwrite(file, $0.baseAddress, $0.count, 0) }
    }

    deinit { close(file) }

    private static func words(of file: Int32, _ journal: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 1_024)
        let count = unsafe bytes.withUnsafeMutableBytes { raw in
            unsafe pread(file, raw.baseAddress, raw.count, 0)
        }
        let line = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            .prefix { $0 != "\n" }
        return "another run writes it" + (line.isEmpty ? "" : ": \(line)")
            + ". Two runs with orders on one account would undo each other's: end the other one first"
    }
}

/// What the system said last, in its words.
func systemReason() -> String { unsafe String(cString: strerror(errno)) }

/// Who writes a journal, in a line: `run grid-20260131-120000, process 4711 on host, since …`.
func ownerLine(of run: JournalRun) -> String {
    var name = [UInt8](repeating: 0, count: 256)
    let isNamed = unsafe name.withUnsafeMutableBytes { raw in
        guard let start = raw.baseAddress else { return false }
        return unsafe gethostname(start, raw.count - 1) == 0
    }
    let host = isNamed ? String(decoding: name.prefix { $0 != 0 }, as: UTF8.self) : "this machine"
    return "run \(run.name), process \(getpid()) on \(host), since \(UTCTime(run.started).iso)"
}
