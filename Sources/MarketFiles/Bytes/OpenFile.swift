internal import Glibc
internal import TradingModel

/// An open regular file: one owner, closed once.
final class OpenFile {
    let path: String
    let descriptor: Int32
    /// In bytes, when it was opened.
    let size: Int

    /// - Throws: when `path` is missing, unreadable, empty, or no regular file.
    init(reading path: String) throws(MarketDataError) {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw MarketDataError(file: path, reason: "cannot be opened: \(systemReason())")
        }
        var facts = stat()
        let answered = unsafe fstat(descriptor, &facts)
        let kind = facts.st_mode & S_IFMT
        guard answered == 0, kind == S_IFREG else {
            close(descriptor)
            let found = kind == S_IFDIR ? "is a folder" : "is not a regular file"
            throw MarketDataError(file: path, reason: "\(found), expected a file of market data")
        }
        self.path = path
        self.descriptor = descriptor
        size = Int(facts.st_size)
        guard size > 0 else {
            throw MarketDataError(file: path, reason: "is empty (0 bytes)")
        }
    }

    deinit { close(descriptor) }

    /// Reads at `offset`; 0 at the end of the file.
    func read(
        at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(MarketDataError) -> Int {
        while true {
            let count = unsafe pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if count >= 0 { return count }
            if errno == EINTR { continue }
            throw MarketDataError(file: path, reason: "cannot be read: \(systemReason())")
        }
    }

    /// Up to `count` bytes at `offset`.
    func bytes(at offset: Int, count: Int) throws(MarketDataError) -> [UInt8] {
        guard offset >= 0, count >= 0, offset < size else { return [] }
        let wanted = min(count, size - offset)
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, initialised in
            let got = unsafe pread(descriptor, buffer.baseAddress, wanted, off_t(offset))
            initialised = max(0, got)
        }
        guard bytes.count == wanted else {
            throw MarketDataError(file: path, reason: "cannot be read: \(systemReason())")
        }
        return bytes
    }
}

/// What the system says about its last failure.
func systemReason() -> String { unsafe String(cString: strerror(errno)) }
