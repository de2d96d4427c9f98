import CZlib

/// A zip file of these entries, with 32-bit or zip64 sizes.
func zipped(
    _ entries: [(name: String, bytes: [UInt8])], isDeflated: Bool, isLarge: Bool = false
) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, bytes) in entries {
        let data = isDeflated ? packed(bytes, windowBits: -15) : bytes
        let crc = unsafe bytes.withUnsafeBytes { buffer in
            unsafe crc32(
                0, buffer.bindMemory(to: UInt8.self).baseAddress, UInt32(buffer.count))
        }
        let offset = file.count
        let size = isLarge ? 0xFFFF_FFFF : bytes.count
        let packedSize = isLarge ? 0xFFFF_FFFF : data.count
        let extra =
            isLarge
            ? little(1, 2) + little(24, 2) + little(bytes.count, 8) + little(data.count, 8)
                + little(offset, 8) : []
        let sizes = little(Int(crc), 4) + little(packedSize, 4) + little(size, 4)
        let method = little(isDeflated ? 8 : 0, 2)
        file += little(0x0403_4B50, 4) + little(20, 2) + little(0, 2) + method + little(0, 4)
        file += sizes + little(name.utf8.count, 2) + little(0, 2) + Array(name.utf8) + data
        directory += little(0x0201_4B50, 4) + little(20, 2) + little(20, 2) + little(0, 2) + method
        directory += little(0, 4) + sizes + little(name.utf8.count, 2) + little(extra.count, 2)
        directory += little(0, 10) + little(isLarge ? 0xFFFF_FFFF : offset, 4)
        directory += Array(name.utf8) + extra
    }
    let start = file.count
    file += directory
    if isLarge {
        let record = file.count
        file += little(0x0606_4B50, 4) + little(44, 8) + little(45, 2) + little(45, 2)
        file += little(0, 8) + little(entries.count, 8) + little(entries.count, 8)
        file += little(directory.count, 8) + little(start, 8)
        file += little(0x0706_4B50, 4) + little(0, 4) + little(record, 8) + little(1, 4)
    }
    file += little(0x0605_4B50, 4) + little(0, 4) + little(entries.count, 2)
    file += little(entries.count, 2) + little(directory.count, 4)
    file += little(isLarge ? 0xFFFF_FFFF : start, 4) + little(0, 2)
    return file
}

/// A number in `bytes` little-endian bytes.
func little(_ value: Int, _ bytes: Int) -> [UInt8] {
    (0..<bytes).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> ($0 * 8)) : 0 }
}
