internal import Glibc

/// A ledger's file; drafts lie beside it.
struct OrderIDFile: OrderIDStore {
    let path: String
    private var draft: String { path + ".new" }
    private var folder: String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }

    /// Far more than a ledger has: another file is not read to its end.
    private static let longest = 1 << 20

    init(_ path: String) { self.path = path }

    func read() throws(OrderIDProblem) -> [UInt8]? {
        if let bytes = fileBytes(path, most: Self.longest) { return bytes }
        if errno == ENOENT { return nil }
        throw .system()
    }

    func writeDraft(_ bytes: [UInt8]) throws(OrderIDProblem) {
        // What a run that died in here left behind.
        _ = unsafe unlink(draft)
        let file = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .system() }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { raw in
                unsafe Glibc.write(file, raw.baseAddress, raw.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system() }
            rest = rest.dropFirst(count)
        }
    }

    func syncDraft() throws(OrderIDProblem) { try Self.sync(draft, O_RDONLY) }

    func putInPlace() throws(OrderIDProblem) {
        guard unsafe rename(draft, path) == 0 else { throw .system() }
    }

    func syncPlace() throws(OrderIDProblem) { try Self.sync(folder, O_RDONLY | O_DIRECTORY) }

    private static func sync(_ path: String, _ flags: Int32) throws(OrderIDProblem) {
        let file = unsafe open(path, flags | O_CLOEXEC)
        guard file >= 0 else { throw .system() }
        defer { close(file) }
        guard fsync(file) == 0 else { throw .system() }
    }
}

extension OrderIDProblem {
    /// What the system said last.
    static func system() -> Self { Self(RunFolder.reason()) }
}

/// The locks of an account's runs: one for the ledger, held while it changes, and one for each run, held
/// as long as it lives.
///
/// They are byte ranges of one empty file and belong to its descriptor, so the system lets go of them
/// when the process ends in whatever way.
final class OrderIDLocks: Sendable {
    // Of open file descriptions, not of processes. Source: Linux, include/uapi/asm-generic/fcntl.h.
    private static let look: Int32 = 36  // F_OFD_GETLK
    private static let take: Int32 = 37  // F_OFD_SETLK

    private let file: Int32

    init(_ path: String) throws(OrderIDProblem) {
        file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .system() }
    }

    deinit { close(file) }

    /// Does something while no other run does: it waits for those that do, some seconds at most.
    func alone<Result>(
        _ body: () throws(OrderIDProblem) -> Result
    ) throws(OrderIDProblem) -> Result {
        var tries = 0
        while !set(F_WRLCK, at: 0) {
            guard errno == EAGAIN || errno == EACCES || errno == EINTR else { throw .system() }
            tries += 1
            guard tries < Self.mostTries else {
                throw OrderIDProblem("another run has held its lock for ten seconds")
            }
            usleep(Self.pause)
        }
        defer { _ = set(F_UNLCK, at: 0) }
        return try body()
    }

    private static let pause: useconds_t = 10_000  // µs
    private static let mostTries = 1_000

    /// Shows, until the process ends, that the run of this session lives.
    func show(_ session: UInt64) throws(OrderIDProblem) {
        guard set(F_WRLCK, at: Int(session)) else { throw .system() }
    }

    /// Whether the run of this session lives; of this process's own it says no.
    func isShown(_ session: UInt64) -> Bool {
        var lock = Self.range(F_WRLCK, Int(session))
        guard unsafe fcntl(file, Self.look, &lock) == 0 else { return true }
        return lock.l_type != Int16(F_UNLCK)
    }

    private func set(_ kind: Int32, at place: Int) -> Bool {
        var lock = Self.range(kind, place)
        return unsafe fcntl(file, Self.take, &lock) == 0
    }

    private static func range(_ kind: Int32, _ place: Int) -> flock {
        var lock = flock()
        lock.l_type = Int16(kind)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = place
        lock.l_len = 1
        return lock
    }
}
