import Cryptography
import Foundation
import PropertyTesting
import Testing

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A key that everybody may know: the digest of a text.
func openKey(_ text: String) -> [UInt8] { SHA256.digest(of: bytes(text)) }

/// The signing vectors of the venues' references, beside the package.
enum Reference {
    static var isThere: Bool { SharedFolder.holds("venues/fixtures") }
    static let comment: Comment = "the venues' references (../shared/venues/fixtures) are not here"

    struct Asymmetric: Decodable {
        struct Key: Decodable {
            let keyType: String
            let privateKeyPem: String
            let vectors: [Vector]

            /// The seed of a key of Ed25519: the last 32 bytes of its PKCS #8 (RFC 8410, section 7).
            func seed() throws -> [UInt8] {
                let lines = privateKeyPem.split(separator: "\n").filter { !$0.hasPrefix("-") }
                let document = try #require(Data(base64Encoded: lines.joined()))
                return Array(document.suffix(32))
            }
        }

        struct Vector: Decodable {
            let signedText: String
            let signatureBase64: String
        }

        let keys: [Key]
    }

    /// Keys with what they sign.
    static func asymmetric() throws -> Asymmetric {
        let file = URL(
            filePath: SharedFolder.path("venues/fixtures/binance/vectors_asymmetric.json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Asymmetric.self, from: Data(contentsOf: file))
    }
}
