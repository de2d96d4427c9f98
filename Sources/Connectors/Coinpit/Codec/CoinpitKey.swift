internal import Cryptography

/// Which of the venue's two networks a key is of: that with money, or the one for tests.
package enum CoinpitNetwork: Hashable, Sendable {
    case live
    case test

    fileprivate var keyVersion: UInt8 { self == .live ? 0x80 : 0xef }
    fileprivate var addressVersion: UInt8 { self == .live ? 0x00 : 0x6f }
}

/// Why a text is not the key of an account; no part of it is repeated.
public struct InvalidCoinpitKey: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}

/// The private key of an account, which is all that the venue knows of anybody: there is no login.
///
/// It never prints.
public struct CoinpitKey: Sendable, CustomStringConvertible, CustomReflectable {
    private let key: Secp256k1Key
    package let network: CoinpitNetwork
    /// The 33 bytes of the compressed public half, as hexadecimal digits.
    package let publicKey: String
    /// The address of the public key, which is the account's name.
    public let userID: String

    /// - Parameter wif: the private key in Bitcoin's wallet import format, compressed: it begins with K or L on the
    ///   network with money and with c on the other.
    public init(wif: String) throws(InvalidCoinpitKey) {
        guard let (version, payload) = Base58Check.bytes(wif), payload.count == 33,
            payload[32] == 1, let network = Self.network(of: version)
        else {
            throw InvalidCoinpitKey(
                description:
                    "it is not a private key in wallet import format, compressed, as Coinpit's page shows it"
            )
        }
        do throws(CryptographyFailure) {
            key = try Secp256k1Key(scalar: Array(payload.prefix(32)))
            let point = try key.publicKey()
            publicKey = hexadecimal(point)
            userID = Self.address(point, network)
        } catch {
            throw InvalidCoinpitKey(description: "it is not a key on secp256k1: \(error)")
        }
        self.network = network
    }

    private static func network(of version: UInt8) -> CoinpitNetwork? {
        [CoinpitNetwork.live, .test].first { $0.keyVersion == version }
    }

    public var description: String { "\(userID) (private key •••)" }
    public var customMirror: Mirror { Mirror(reflecting: description) }

    /// Whether a text names an account of the network with money.
    package static func isLive(userID: String) -> Bool { userID.hasPrefix("1") }

    /// The address that pays to a public key.
    package static func address(_ point: [UInt8], _ network: CoinpitNetwork) -> String {
        Base58Check.text(
            version: network.addressVersion, ripemd160(SHA256.digest(of: point)))
    }

    /// What requests are signed with once the venue has told its own key.
    ///
    /// - Parameter serverKey: 33 bytes as hexadecimal digits; the venue has another one for each account.
    /// - Returns: nil: it is no public key.
    package func secret(with serverKey: String) -> CoinpitSecret? {
        guard let point = bytes(hex: serverKey), point.count == 33,
            let peer = try? Secp256k1PublicKey(point),
            let shared = try? key.sharedSecret(with: peer)
        else { return nil }
        return CoinpitSecret(userID: userID, shared: shared)
    }
}

/// What an account and the venue share: requests are signed with it.
package final class CoinpitSecret: Sendable, CustomStringConvertible, CustomReflectable {
    private let userID: String
    private let key: HMACSHA256Key

    /// - Parameter shared: 32 bytes, leading zeros among them.
    package init(userID: String, shared: [UInt8]) {
        self.userID = userID
        key = HMACSHA256Key(shared)
    }

    package var description: String { "the secret of \(userID): •••" }
    package var customMirror: Mirror { Mirror(reflecting: description) }

    /// What is signed.
    ///
    /// - Parameters:
    ///   - uri: behind `/api/v1`, with the query.
    ///   - body: JSON as JavaScript would write it; empty: there is none.
    package static func message(
        _ method: String, _ uri: String, body: String, nonce: Int64
    ) -> String {
        var text = "{\"method\":\"\(method)\",\"uri\":\"\(uri)\""
        if !body.isEmpty { text += ",\"body\":\(body)" }
        return text + ",\"nonce\":\(nonce)}"
    }

    /// The header `Authorization`.
    package func authorization(
        _ method: String, _ uri: String, body: String, nonce: Int64
    ) -> String {
        let message = Self.message(method, uri, body: body, nonce: nonce)
        return "HMAC \(userID):\(hexadecimal(key.code(of: Array(message.utf8))))"
    }
}

/// Bytes of hexadecimal digits; nil: they are none.
func bytes(hex text: String) -> [UInt8]? {
    let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count % 2 == 0, !digits.contains(nil) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { place in
        UInt8((digits[place] ?? 0) << 4 | (digits[place + 1] ?? 0))
    }
}
