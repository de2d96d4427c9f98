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
        let key = try Ed25519Key(pem: kept.privateKeyPem)
        for vector in kept.vectors {
            let signature = try key.signature(of: bytes(vector.signedText))
            #expect(Data(signature).base64EncodedString() == vector.signatureBase64)
        }
    }

    @Test func `of another size is refused, and so is a text that is no key`() throws {
        let short = #expect(throws: CryptographyFailure.self) { try Ed25519Key(seed: [1, 2]) }
        #expect(short?.description == "the seed has 2 bytes, not 32")
        let nothing = #expect(throws: CryptographyFailure.self) { try Ed25519Key(pem: "secret") }
        #expect(nothing?.description.hasPrefix("no key in PEM without a passphrase") == true)
        #expect(nothing?.description.contains("secret") == false)
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

@Suite struct `A key of RSA` {
    /// A public key of 2,048 bits, and what another implementation signed with its private half.
    private static let publicKey = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAz6wH8eRRSl7zBxcOEUkd
        yKI/lemJLpCQqz0b931NJF0nwndR3XHXOczHKUe7YG6upykPEY9uEPSzejNSgEXp
        aqZz+ng2w0bJydI0DMsgdqTs5Fc3Lfo7qxbUOJs10B+lAr59QPqsG60Ogz2ZiD0D
        o9YUQywUtQQAa8gGi2ClYzDcKIookkHHPQaMHRaNCCMwprRHkD+7oabb4CVbwKi5
        pQitCCeGB7c6rwA/7B+LHcrA89BSqCgoADeqxfnCOyoArDy1GDKgfr74CovFTTSm
        elaHBQy8YASGJ7Hm4TgxoMiGPpqA/gpnxuy4FwvOaE2cUQFZ1CQRk4DCyE4WeyWO
        FwIDAQAB
        -----END PUBLIC KEY-----
        """
    private static let text = "timestamp=1700000000000&symbol=BTCUSDT"
    private static let pkcs1 =
        "04e7b871a94b038d3a3d78640f4827be3dd216e6364c910b4e8a3f28b6df304f30aa3a02afd01ff533af1f93"
        + "dbbee09d46bf365d6f499dce37a8d422194e7405f4f84213cbec2fb00bab9546f841025c997dfe1533181a4e"
        + "33b8199038243f4afa5e32d00b6698cd3befb6af49779a4314f72d39a09bd8ccc9e584583c37979710adb30f"
        + "ba8009a6e6485ca5bef9bd74c077c8a7935ee5532bfc303e621f548cbcc3d478992a4c39e985d45592b8832a"
        + "21af1be8454b243aa44850a68a653e6ca7a27a7e2b9b0fe62f5834e6a11a6e052b8fadf1a3e69a8fce27ad5d"
        + "cd49d75ae0598e3e10e5eea55037df03f31b710ca8de18fc3bdae7d9be9d3fe0863e7096"
    private static let pss =
        "578d968105da2a00b24b02e6f0f6e007053c1f4e2298759ce8ce4ca03dbe81e38c2563936883b4a11cea2455"
        + "ea4230e1530ca7956dbca506fb3224340cb2a6de8b02ec20d23a2bd492534cba9b884e584c822f4836494387"
        + "bba9bdbc3941d74cbbf2abe414afb45ede601acf16b06931b557d33bce8d5abe4344b938dd4e512a3c678a68"
        + "6f5958b3c2e584744fc4b7ea859ba7a216dd324fe4e3b1d1698deb55a8c7cf238599c0206ab51a35f0172185"
        + "ed3b6fa304e4be6d1a3e50660c7e5d649dd71d7f6ec782840e5b24fa7fda9720558509faca31c343d795e1e9"
        + "81494528289bccf39e89a135d7a477cbd2afa4a5d4b3f7778d19aa7fc7ab5d6b3a90e4d2"

    @Test func `believes another implementation's signatures, each with its own padding`() throws {
        let key = try RSAPublicKey(pem: Self.publicKey)
        let text = bytes(Self.text)
        #expect(key.isValid(bytes(hexadecimal: Self.pkcs1), of: text, .pkcs1))
        #expect(key.isValid(bytes(hexadecimal: Self.pss), of: text, .pss))
        #expect(!key.isValid(bytes(hexadecimal: Self.pkcs1), of: text, .pss))
        #expect(!key.isValid(bytes(hexadecimal: Self.pss), of: text, .pkcs1))
        #expect(!key.isValid(bytes(hexadecimal: Self.pss), of: text + [0], .pss))
        #expect(!key.isValid([], of: text, .pss))
    }

    @Test(.enabled(if: Reference.isThere, Reference.comment))
    func `signs as a venue's reference says, and by PSS so that its public half believes it`()
        throws
    {
        let kept = try #require(
            try Reference.asymmetric().keys.first { $0.keyType.hasPrefix("RSA") })
        let key = try RSAKey(pem: kept.privateKeyPem)
        let publicKey = try RSAPublicKey(pem: kept.publicKeyPem)
        for vector in kept.vectors {
            let text = bytes(vector.signedText)
            let signature = try key.signature(of: text, .pkcs1)
            #expect(Data(signature).base64EncodedString() == vector.signatureBase64)
            let salted = try key.signature(of: text, .pss)
            #expect(publicKey.isValid(salted, of: text, .pss))
            #expect(try salted != key.signature(of: text, .pss))
        }
    }

    @Test(.enabled(if: Reference.isThere, Reference.comment))
    func `of another kind is refused`() throws {
        let other = try #require(try Reference.asymmetric().keys.first { $0.keyType == "Ed25519" })
        let failure = #expect(throws: CryptographyFailure.self) {
            try RSAKey(pem: other.privateKeyPem)
        }
        #expect(failure?.description == "the key is of another kind")
    }

    @Test func `with a passphrase is refused, and nobody is asked for it`() {
        let locked = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIIBvTBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQIAAAAAAAAAAACAggA
            -----END ENCRYPTED PRIVATE KEY-----
            """
        let failure = #expect(throws: CryptographyFailure.self) { try RSAKey(pem: locked) }
        #expect(failure?.description.hasPrefix("no key in PEM without a passphrase") == true)
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
