internal import Cryptography

/// Bytes with a version and a checksum as texts that people copy: Bitcoin's base58check.
package enum Base58Check {
    private static let digits = Array(
        "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

    package static func text(version: UInt8, _ payload: [UInt8]) -> String {
        let body = [version] + payload
        let bytes = body + checksum(body)
        var text: [UInt8] = []  // the lowest digit first
        for byte in bytes {
            var carry = Int(byte)
            for place in text.indices {
                carry += Int(text[place]) << 8
                text[place] = UInt8(carry % 58)
                carry /= 58
            }
            while carry > 0 {
                text.append(UInt8(carry % 58))
                carry /= 58
            }
        }
        text += bytes.prefix { $0 == 0 }
        return String(decoding: text.reversed().map { digits[Int($0)] }, as: UTF8.self)
    }

    /// Nil: it is no such text, or a digit of it is wrong.
    package static func bytes(_ text: String) -> (version: UInt8, payload: [UInt8])? {
        guard text.utf8.count <= 128 else { return nil }
        var bytes: [UInt8] = []  // the lowest first
        for digit in text.utf8 {
            guard var carry = digits.firstIndex(of: digit) else { return nil }
            for place in bytes.indices {
                carry += Int(bytes[place]) * 58
                bytes[place] = UInt8(carry & 255)
                carry >>= 8
            }
            while carry > 0 {
                bytes.append(UInt8(carry & 255))
                carry >>= 8
            }
        }
        bytes += text.utf8.prefix { $0 == digits[0] }.map { _ in 0 }
        let all = Array(bytes.reversed())
        guard all.count >= 5, checksum(Array(all.dropLast(4))) == Array(all.suffix(4)) else {
            return nil
        }
        return (all[0], Array(all[1..<(all.count - 4)]))
    }

    private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        Array(SHA256.digest(of: SHA256.digest(of: bytes)).prefix(4))
    }
}
