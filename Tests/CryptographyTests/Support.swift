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
        let file = URL(
            filePath: SharedFolder.path("venues/fixtures/binance/vectors_asymmetric.json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Asymmetric.self, from: Data(contentsOf: file))
    }
}
