internal import Glibc

/// Why a file cannot be written or read, in words.
package struct DiskProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }

    static func system(_ path: String) -> DiskProblem {
        DiskProblem("\(path): " + (unsafe String(cString: strerror(errno))))
    }
}

/// Where a recording's files lie: the system's, or a test's that fails.
package protocol InputDisk: AnyObject {
    /// Begins a new file, which only its user can read; what is written goes there from now on.
    func begin(_ path: String) throws(DiskProblem)
    /// Appends all of it, or an unknown part where it throws.
    func append(_ bytes: [UInt8]) throws(DiskProblem)
    /// Cuts the file off.
    func cut(at length: Int) throws(DiskProblem)
    func close()
}

/// The system's files.
package final class SystemDisk: InputDisk {
    private var descriptor: Int32 = -1
    private var path = ""

    package init() {}
    deinit { close() }

    package func begin(_ path: String) throws(DiskProblem) {
        close()
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(path) }
    }

    package func append(_ bytes: [UInt8]) throws(DiskProblem) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { raw in
                unsafe write(descriptor, raw.baseAddress, raw.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(path) }
            rest = rest.dropFirst(count)
        }
    }

    package func cut(at length: Int) throws(DiskProblem) {
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw .system(path) }
    }

    package func close() {
        guard descriptor >= 0 else { return }
        _ = Glibc.close(descriptor)
        descriptor = -1
    }
}
