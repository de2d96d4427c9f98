import CZlib
import Glibc
import PlainJSON
import PropertyTesting
import Testing
import VenueSimulators

/// Where the venues' captured messages lie, beside the package; tests that need them are skipped
/// without.
enum Fixtures {
    private static let samples = VenueSamples(of: "coinex")
    static var areThere: Bool { samples.areThere }
    static let comment: Comment = "\(VenueSamples.absence)"

    static func json(_ name: String) throws -> JSON {
        try JSON(parsing: try samples.read("\(name).json"))
    }

    /// A small file's text; nil when it cannot be read.
    static func text(at path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe bytes.withUnsafeMutableBytes {
            unsafe read(descriptor, $0.baseAddress, $0.count)
        }
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
}

/// What is in one gzip member; nil when it is none, or not whole.
func inflated(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    guard unsafe inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, size) == Z_OK else { return nil }
    defer { unsafe inflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: 1 << 20)
    let count = unsafe input.withUnsafeMutableBufferPointer { source in
        unsafe output.withUnsafeMutableBufferPointer { target -> Int? in
            unsafe stream.next_in = source.baseAddress
            unsafe stream.avail_in = UInt32(source.count)
            unsafe stream.next_out = target.baseAddress
            unsafe stream.avail_out = UInt32(target.count)
            guard unsafe inflate(&stream, Z_FINISH) == Z_STREAM_END else { return nil }
            guard unsafe stream.avail_in == 0 else { return nil }
            return unsafe target.count - Int(stream.avail_out)
        }
    }
    return count.map { Array(output[..<$0]) }
}

/// What a message is made of: its keys and the kinds of their values, without the values.
///
/// Lists count as what their first element is; an empty list fits any.
indirect enum Shape: Hashable, CustomStringConvertible {
    case object([String: Shape])
    case list(Shape?)
    case text
    case decimal
    case integer
    case bool
    case null

    init(_ json: JSON) {
        switch json {
        case .object(let members):
            self = .object(
                Dictionary(
                    members.map { ($0.key, Shape($0.value)) }, uniquingKeysWith: { $1 }))
        case .array(let items): self = .list(items.first.map { Shape($0) })
        case .text(let text): self = Double(text) == nil ? .text : .decimal
        case .number: self = .integer
        case .bool: self = .bool
        case .null: self = .null
        }
    }

    /// What of `other` is missing here or of another kind; `ignored` keys may differ.
    func differences(
        from other: Shape, at path: String = "", ignored: Set<String> = []
    ) -> [String] {
        switch (self, other) {
        case (.object(let own), .object(let wanted)):
            return wanted.keys.sorted().filter { !ignored.contains($0) }.flatMap { key in
                guard let ours = own[key], let theirs = wanted[key] else {
                    return ["\(path).\(key) is missing"]
                }
                return ours.differences(from: theirs, at: "\(path).\(key)", ignored: ignored)
            }
        case (.list(let own), .list(let wanted)):
            guard let wanted else { return [] }
            guard let own else { return ["\(path) is empty"] }
            return own.differences(from: wanted, at: path + "[]", ignored: ignored)
        case (.text, .text), (.decimal, .decimal), (.text, .decimal), (.decimal, .text):
            return []  // an unset price is an empty text
        default:
            return self == other ? [] : ["\(path) is \(self), expected \(other)"]
        }
    }

    var description: String {
        switch self {
        case .object: "an object"
        case .list: "a list"
        case .text, .decimal: "a text"
        case .integer: "a number"
        case .bool: "a truth value"
        case .null: "null"
        }
    }
}
