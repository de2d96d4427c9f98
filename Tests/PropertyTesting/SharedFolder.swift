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

/// Messages of a venue as they were seen on its wire, beside the package.
package struct VenueSamples: Sendable {
    package static let absence = "the venues' samples (../shared/venues/fixtures) are not here"
    private let folder: String

    package init(of venue: String) { folder = "venues/fixtures/\(venue)" }

    package var areThere: Bool { SharedFolder.holds("\(folder)/README.md") }

    /// All of them, in the order of their names.
    package var names: [String] {
        guard let directory = unsafe opendir(SharedFolder.path(folder)) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix("."), !name.hasSuffix(".md") { names.append(name) }
        }
        return names.sorted()
    }

    /// A sample's bytes.
    package func read(_ name: String) throws -> [UInt8] {
        let path = SharedFolder.path("\(folder)/\(name)")
        guard let file = unsafe fopen(path, "r") else { throw Unreadable(path: path) }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = unsafe fread(&part, 1, part.count, file), count > 0 {
            bytes += part.prefix(count)
        }
        return bytes
    }

    private struct Unreadable: Error { let path: String }
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
