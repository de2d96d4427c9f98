internal import Glibc
internal import Synchronization

/// A new file that grows line by line, and holds whole lines whatever happens.
///
/// Where a line cannot be written, on a full disk for example, the file ends with the line before it,
/// that is said once, and nothing more is written.
final class LineFile: Sendable {
    private struct File {
        var descriptor: Int32
        /// Where its last whole line ends.
        var end: off_t = 0
        var problem: String?
    }

    private let file: Mutex<File>
    private let path: String
    private let whenBroken: @Sendable (String) -> Void

    /// Makes the file; only its user can read it.
    ///
    /// - Parameter whenBroken: called once, on any thread, with what keeps it from being written.
    init(
        _ path: String, whenBroken: @escaping @Sendable (String) -> Void
    ) throws(RunFolder.Problem) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw RunFolder.Problem(description: "\(path): \(RunFolder.reason())")
        }
        file = Mutex(File(descriptor: descriptor))
        self.path = path
        self.whenBroken = whenBroken
    }

    deinit { file.withLock { file in _ = close(file.descriptor) } }

    /// Why it is not whole; nil: it is.
    var problem: String? { file.withLock { $0.problem } }

    /// Adds a line, which must hold no line end.
    func append(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        let problem: String? = file.withLock { file in
            guard file.problem == nil else { return nil }
            guard let reason = Self.write(bytes, to: file.descriptor) else {
                file.end += off_t(bytes.count)
                return nil
            }
            ftruncate(file.descriptor, file.end)
            file.problem = "\(path): \(reason)"
            return file.problem
        }
        if let problem { whenBroken(problem) }
    }

    /// Goes on in a new file; the old one becomes `older`, in the place of one that was it before.
    ///
    /// - Parameter bytes: a smaller file goes on as it is.
    func turnOver(atBytes bytes: Int, to older: String) {
        file.withLock { file in
            guard file.end >= off_t(bytes), file.problem == nil,
                unsafe rename(path, older) == 0
            else { return }
            let next = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard next >= 0 else { return }
            close(file.descriptor)
            file = File(descriptor: next)
        }
    }

    /// - Returns: why it could not be written whole; nil: it is.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> String? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { raw in
                unsafe Glibc.write(descriptor, raw.baseAddress, raw.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return RunFolder.reason() }
            rest = rest.dropFirst(count)
        }
        return nil
    }
}
