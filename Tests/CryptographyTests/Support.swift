import Cryptography
import Foundation
import Testing

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func bytes(hexadecimal text: String) -> [UInt8] {
    var digits = text.compactMap(\.hexDigitValue)[...]
    var bytes: [UInt8] = []
    while let high = digits.popFirst(), let low = digits.popFirst() {
        bytes.append(UInt8(high * 16 + low))
    }
    return bytes
}

/// A key that everybody may know: the digest of a text.
func openKey(_ text: String) -> [UInt8] { SHA256.digest(of: bytes(text)) }

/// The signing vectors of the venues' references, beside the package.
enum Reference {
    private static let root: String = {
        let parts = #filePath.split(separator: "/").dropLast(4)
        return "/" + parts.joined(separator: "/") + "/shared/venues/fixtures"
    }()
    static var isThere: Bool { FileManager.default.fileExists(atPath: root) }
    static let comment: Comment = "the venues' references (../shared/venues/fixtures) are not here"

    struct Asymmetric: Decodable {
        struct Key: Decodable {
            let keyType: String
            let privateKeyPem: String
            let publicKeyPem: String
            let vectors: [Vector]
        }

        struct Vector: Decodable {
            let signedText: String
            let signatureBase64: String
        }

        let keys: [Key]
    }

    /// Keys of RSA and Ed25519 with what they sign.
    static func asymmetric() throws -> Asymmetric {
        let file = URL(filePath: "\(root)/binance/vectors_asymmetric.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Asymmetric.self, from: Data(contentsOf: file))
    }
}
