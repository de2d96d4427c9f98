internal import ByteCoding
internal import CZlib

/// A piece of a recording's file that holds by itself: what was cut off or damaged is known.
///
/// In front of its bytes stand their count, its number in the file, a checksum over both, and one over the
/// bytes, 4 bytes each, the lowest first.
enum InputChunk {
    /// What the bytes are: the first of them.
    enum Kind: UInt8 {
        /// A ``RecordingHeader``, which every file begins with.
        case header = 1
        case items = 2
        /// The recording goes on in the next file.
        case turned = 3
        /// The run ends here: why, as text.
        case end = 4
        /// The run goes on, and nothing more of it is recorded: why, as text.
        case brokenOff = 5
    }

    static let magic = Array("MOONMRI1".utf8)
    static let headerSize = 16
    /// A larger one was never written.
    static let mostBytes = 256 << 20

    static func framed(_ kind: Kind, _ payload: [UInt8], number: Int) -> [UInt8] {
        var writer = ByteWriter()
        writer.add(fixed: UInt32(payload.count + 1))
        writer.add(fixed: UInt32(truncatingIfNeeded: number))
        writer.add(fixed: checksum(writer.bytes[...]))
        let body = [kind.rawValue] + payload
        writer.add(fixed: checksum(body[...]))
        writer.add(bytes: body)
        return writer.bytes
    }

    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        unsafe bytes.withUnsafeBufferPointer {
            unsafe UInt32(truncatingIfNeeded: crc32(0, $0.baseAddress, UInt32($0.count)))
        }
    }

    /// What stands at a place of a file.
    enum Found {
        case chunk(Kind, ArraySlice<UInt8>, end: Int)
        /// The file ends here.
        case nothing
        /// The file ends in the middle of a chunk.
        case cut
        case damaged(String)
    }

    static func find(in bytes: [UInt8], at place: Int, number: Int) -> Found {
        guard place < bytes.count else { return .nothing }
        guard bytes.count - place >= headerSize else { return .cut }
        var reader = ByteReader(bytes[place..<place + headerSize])
        guard let count = try? reader.fixed(), let found = try? reader.fixed(),
            let own = try? reader.fixed(), let other = try? reader.fixed(),
            own == checksum(bytes[place..<place + 8])
        else { return .damaged("the head of chunk \(number) does not match its checksum") }
        guard found == UInt32(truncatingIfNeeded: number), count > 0, count <= UInt32(mostBytes)
        else { return .damaged("chunk \(found) stands where chunk \(number) should") }
        let start = place + headerSize
        guard bytes.count - start >= Int(count) else { return .cut }
        let body = bytes[start..<start + Int(count)]
        guard checksum(body) == other, let kind = Kind(rawValue: body[start]) else {
            return .damaged("chunk \(number) does not match its checksum")
        }
        return .chunk(kind, body.dropFirst(), end: start + Int(count))
    }
}
