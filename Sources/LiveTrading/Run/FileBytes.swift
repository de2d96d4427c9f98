internal import Glibc

/// The bytes of a file; nil: it cannot be read, and `errno` says why.
///
/// - Parameter most: a longer file is not read to its end.
func fileBytes(_ path: String, most: Int = .max) -> [UInt8]? {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= most {
        let count = unsafe read(file, &part, part.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { return nil }
        if count == 0 { break }
        bytes += part[..<count]
    }
    return bytes
}
