import Cryptography
import Foundation
import PropertyTesting
import Testing

@Suite struct `A key of Ed25519` {
    /// RFC 8032, section 7.1: tests 1 to 3.
    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ])
    func `signs as the standard does`(
        _ seed: String, _ point: String, _ text: String, _ wanted: String
    ) throws {
        let key = try Ed25519Key(seed: bytes(hexadecimal: seed))
        let text = bytes(hexadecimal: text)
        let publicKey = try key.publicKey()
        #expect(hexadecimal(publicKey) == point)
        #expect(hexadecimal(try key.signature(of: text)) == wanted)
        #expect(
            try Ed25519PublicKey(publicKey).isValid(bytes(hexadecimal: wanted), of: text))
        #expect(
            try !Ed25519PublicKey(publicKey).isValid(bytes(hexadecimal: wanted), of: text + [0]))
    }

    @Test(.enabled(if: Reference.isThere, Reference.comment))
    func `signs as a venue's reference says`() throws {
        let kept = try #require(try Reference.asymmetric().keys.first { $0.keyType == "Ed25519" })
        let key = try Ed25519Key(seed: kept.seed())
        for vector in kept.vectors {
            let signature = try key.signature(of: bytes(vector.signedText))
            #expect(Data(signature).base64EncodedString() == vector.signatureBase64)
        }
    }

    @Test func `of another size is refused`() {
        let short = #expect(throws: CryptographyFailure.self) { try Ed25519Key(seed: [1, 2]) }
        #expect(short?.description == "the seed has 2 bytes, not 32")
    }
}

@Suite struct `A key on secp256k1` {
    private let own = openKey("one side")
    private let other = openKey("other side")

    /// Worked out by another implementation of the curve.
    @Test func `has its public half and shares secrets`() throws {
        let own = try Secp256k1Key(scalar: own)
        let other = try Secp256k1Key(scalar: other)
        let ownPoint = try own.publicKey()
        let otherPoint = try other.publicKey()
        #expect(
            hexadecimal(ownPoint)
                == "03054b636c450cdd0df12c0c03a35c00536e98bff554776c1fac9b98cd2dafa6fc")
        #expect(
            hexadecimal(otherPoint)
                == "0288b5963659c86bebfdfeb569b68408eb7a2ff46eb96003b0e49e76695be6b282")
        let shared = "02b2faba59d719b0a7ae5a560a054ffae8533a9b4dab7e3137478bb9653118b9"
        #expect(
            hexadecimal(try own.sharedSecret(with: Secp256k1PublicKey(otherPoint))) == shared)
        #expect(
            hexadecimal(try other.sharedSecret(with: Secp256k1PublicKey(ownPoint))) == shared)
        let whole = bytes(
            hexadecimal: "0488b5963659c86bebfdfeb569b68408eb7a2ff46eb96003b0e49e76695be6b282"
                + "de3f765361ebd3e1989fde099ee7da405eb689154b97e35542b78265b25873b2")
        #expect(hexadecimal(try own.sharedSecret(with: Secp256k1PublicKey(whole))) == shared)
    }

    /// Of all secrets one in 256 does; a client that drops it signs wrongly once in a while.
    @Test func `keeps a zero at the beginning of a secret`() throws {
        let key = try (0..<10_000).lazy.compactMap { turn -> [UInt8]? in
            let key = try Secp256k1Key(scalar: openKey("leading zero \(turn)"))
            let peer = try Secp256k1PublicKey(Secp256k1Key(scalar: other).publicKey())
            let secret = try key.sharedSecret(with: peer)
            return secret[0] == 0 ? secret : nil
        }.first { _ in true }
        #expect(
            hexadecimal(key ?? [])
                == "00e34796525a08089891516d4474b3199587cdf85eb488f3f1ec7881ad77b9b9")
    }

    /// The deterministic signature of RFC 6979 for the key 1, known from many implementations.
    @Test func `believes another implementation's signature, and none that was changed`() throws {
        let one = [UInt8](repeating: 0, count: 31) + [1]
        let key = try Secp256k1PublicKey(Secp256k1Key(scalar: one).publicKey())
        let text = bytes("Satoshi Nakamoto")
        let signature = bytes(
            hexadecimal: "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
                + "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5")
        #expect(key.isValid(signature, of: text))
        for place in signature.indices {
            var changed = signature
            changed[place] ^= 1
            #expect(!key.isValid(changed, of: text))
        }
        #expect(!key.isValid(Array(signature.dropLast()), of: text))
    }

    @Test(arguments: seeds)
    func `signs so that its public half believes it, in one form alone`(seed: UInt64) throws {
        let key = try Secp256k1Key(scalar: openKey("key \(seed)"))
        let text = bytes("text \(seed)")
        let half = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0"
        let signature = try key.signature(of: text)
        #expect(signature.count == 64)
        #expect(hexadecimal(signature.suffix(32)) <= half)
        #expect(try Secp256k1PublicKey(key.publicKey()).isValid(signature, of: text))
        #expect(try !Secp256k1PublicKey(key.publicKey()).isValid(signature, of: text + [1]))
    }

    @Test func `that is out of its range is refused, and so is a point beside the curve`() {
        for scalar in [
            [UInt8](repeating: 0, count: 32), [UInt8](repeating: 255, count: 32),
            bytes(hexadecimal: "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"),
        ] {
            let failure = #expect(throws: CryptographyFailure.self) {
                try Secp256k1Key(scalar: scalar)
            }
            #expect(failure?.description == "the number is out of its range")
        }
        #expect(throws: CryptographyFailure.self) { try Secp256k1Key(scalar: [1]) }
        let beside = [4] + [UInt8](repeating: 7, count: 64)
        #expect(throws: CryptographyFailure.self) { try Secp256k1PublicKey(beside) }
        #expect(throws: CryptographyFailure.self) { try Secp256k1PublicKey([]) }
    }
}

@Suite struct `A certificate of ours` {
    private static let day: Int64 = 86_400
    private static let now = Int64(Date().timeIntervalSince1970)

    private func authority(of name: String?) throws -> CertificateIdentity {
        try CertificateIdentity(
            CertificateIdentity.Terms(
                name: "one authority", validity: Self.now - Self.day...Self.now + Self.day,
                role: .authority(of: name)), issuer: nil)
    }

    @Test func `is read back with its times`() throws {
        let made = try authority(of: "localhost")
        let read = CertificateIdentity(certificate: made.certificate, key: made.key)
        #expect(try read.validity() == Self.now - Self.day...Self.now + Self.day)
        #expect(made.certificate.hasPrefix("-----BEGIN CERTIFICATE-----\n"))
        #expect(made.key.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    }

    @Test func `is not believed with another's key, nor cut off`() throws {
        let one = try authority(of: nil)
        let other = try authority(of: nil)
        for wrong in [
            CertificateIdentity(certificate: one.certificate, key: other.key),
            CertificateIdentity(certificate: String(one.certificate.dropLast(100)), key: one.key),
            CertificateIdentity(certificate: one.certificate, key: ""),
            CertificateIdentity(certificate: "", key: one.key),
        ] {
            #expect(throws: CryptographyFailure.self) { try wrong.validity() }
        }
    }

    @Test func `never shows its key`() throws {
        let made = try authority(of: nil)
        var dumped = "\(made)"
        dump(made, to: &dumped)
        #expect(!dumped.contains("PRIVATE"))
    }

    @Test func `with a name that is none is refused with the reason`() throws {
        let failure = #expect(throws: CryptographyFailure.self) {
            try CertificateIdentity(
                CertificateIdentity.Terms(
                    name: "server", validity: Self.now...Self.now + 1,
                    role: .server([.address("not an address")])), issuer: authority(of: nil))
        }
        #expect(failure?.description.hasPrefix("no certificate can be made") == true)
    }
}
