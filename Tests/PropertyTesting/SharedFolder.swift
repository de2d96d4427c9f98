internal import Glibc

/// What lies beside the package, for tests that read it and are skipped without.
package enum SharedFolder {
    private static let root: String = {
        let parts = #filePath.split(separator: "/").dropLast(4)
        return "/" + parts.joined(separator: "/") + "/shared"
    }()

    package static func path(_ place: String) -> String { "\(root)/\(place)" }
    package static func holds(_ place: String) -> Bool { unsafe access(path(place), R_OK) == 0 }
}

/// The bytes that a text of hexadecimal digits says.
package func bytes(hexadecimal text: String) -> [UInt8] {
    var digits = text.compactMap(\.hexDigitValue)[...]
    var bytes: [UInt8] = []
    while let high = digits.popFirst(), let low = digits.popFirst() {
        bytes.append(UInt8(high * 16 + low))
    }
    return bytes
}
