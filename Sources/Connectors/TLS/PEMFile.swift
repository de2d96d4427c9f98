internal import Glibc

/// Why a file cannot be read, in the system's words.
package struct UnreadablePEM: Error, CustomStringConvertible {
    package let description: String
}

/// A file of certificates or keys, whole; such files are small.
package func readPEM(_ file: String) throws(UnreadablePEM) -> String {
    guard let stream = unsafe fopen(file, "rb") else { throw unreadable() }
    defer { unsafe fclose(stream) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = unsafe fread(&part, 1, part.count, stream)
        guard count > 0 else { break }
        bytes += part[..<count]
    }
    guard unsafe ferror(stream) == 0 else { throw unreadable() }
    return String(decoding: bytes, as: UTF8.self)
}

private func unreadable() -> UnreadablePEM {
    UnreadablePEM(description: unsafe String(cString: strerror(errno)))
}
