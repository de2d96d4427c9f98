internal import Cryptography
internal import PlainJSON
internal import TradingModel

/// An account's keys, and the venue's own key for it.
struct CoinpitIdentity {
    let userID: String
    let publicKey: String
    /// The account that both can spend from together.
    let accountID: String
    let serverPublicKey: String
    private let key: HMACSHA256Key

    /// Nil: the text is no private key in wallet import format.
    init?(wif: String) {
        guard let bytes = Self.bytes(wif), bytes.count == 34, bytes[33] == 1,
            bytes[0] == 0x80 || bytes[0] == 0xef
        else { return nil }
        let isLive = bytes[0] == 0x80
        // The venue has another key for each account; here it follows from the account's.
        let seed = SHA256.digest(of: Array("server".utf8) + bytes)
        guard let own = try? Secp256k1Key(scalar: Array(bytes[1..<33])),
            let point = try? own.publicKey(), let server = try? Secp256k1Key(scalar: seed),
            let serverPoint = try? server.publicKey(),
            let peer = try? Secp256k1PublicKey(point),
            let shared = try? server.sharedSecret(with: peer)
        else { return nil }
        publicKey = hexadecimal(point)
        serverPublicKey = hexadecimal(serverPoint)
        userID = Self.text(version: isLive ? 0 : 0x6f, ripemd160(SHA256.digest(of: point)))
        let both = [point, serverPoint].sorted { hexadecimal($0) < hexadecimal($1) }
        let script: [UInt8] = [0x52, 0x21] + both[0] + [0x21] + both[1] + [0x52, 0xae]
        accountID = Self.text(
            version: isLive ? 5 : 0xc4, ripemd160(SHA256.digest(of: script)))
        key = HMACSHA256Key(shared)
    }

    func code(_ message: String) -> String { hexadecimal(key.code(of: Array(message.utf8))) }

    // MARK: - Base 58 with a checksum

    private static let alphabet = Array(
        "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")

    static func text(version: UInt8, _ payload: [UInt8]) -> String {
        let body = [version] + payload
        var number = body + SHA256.digest(of: SHA256.digest(of: body)).prefix(4)
        var text = ""
        let zeros = number.prefix { $0 == 0 }.count
        // By hand: divided by 58 until nothing is left.
        while number.contains(where: { $0 != 0 }) {
            var rest = 0
            for place in number.indices {
                let value = rest * 256 + Int(number[place])
                number[place] = UInt8(value / 58)
                rest = value % 58
            }
            text.append(alphabet[rest])
        }
        return String(repeating: "1", count: zeros) + String(text.reversed())
    }

    /// With the version, without the checksum.
    private static func bytes(_ text: String) -> [UInt8]? {
        var number = [UInt8](repeating: 0, count: 64)
        guard text.count <= 64 else { return nil }
        for letter in text {
            guard var carry = alphabet.firstIndex(of: letter) else { return nil }
            for place in number.indices.reversed() {
                carry += Int(number[place]) * 58
                number[place] = UInt8(carry % 256)
                carry /= 256
            }
        }
        let zeros = text.prefix { $0 == "1" }.count
        let bytes = [UInt8](repeating: 0, count: zeros) + number.drop { $0 == 0 }
        guard bytes.count > 4 else { return nil }
        let body = Array(bytes.dropLast(4))
        return SHA256.digest(of: SHA256.digest(of: body)).prefix(4) == bytes.suffix(4) ? body : nil
    }
}

/// JSON as JavaScript writes it: what a request is signed over is written anew from what was read.
enum CoinpitCanonical {
    static func text(_ json: JSON) -> String {
        switch json {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .text(let text): quoted(text)
        case .number(let digits): number(digits)
        case .array(let items): "[\(items.map(text).joined(separator: ","))]"
        case .object(let members):
            "{\(members.map { "\(quoted($0.key)):\(text($0.value))" }.joined(separator: ","))}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{8}": result += "\\b"
            case "\u{c}": result += "\\f"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// A double's shortest digits, plain from 1e-6 up to 1e21.
    static func number(_ digits: String) -> String {
        guard let value = Double(digits) else { return digits }
        if value == value.rounded(), value.magnitude < 1e15 { return String(Int64(value)) }
        let text = value.description
        guard let mark = text.firstIndex(of: "e") else {
            return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        }
        guard let exact = try? SignedQuantity(text), value.magnitude >= 1e-6,
            value.magnitude < 1e21
        else {
            let mantissa = text[..<mark]
            let exponent = Int(text[text.index(after: mark)...]) ?? 0
            let whole = mantissa.hasSuffix(".0") ? mantissa.dropLast(2) : mantissa
            return "\(whole)e\(exponent < 0 ? "" : "+")\(exponent)"
        }
        return exact.description
    }
}
