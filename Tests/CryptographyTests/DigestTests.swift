import Cryptography
import PropertyTesting
import Testing

@Suite struct `A digest` {
    /// FIPS 180-4, with the examples of its authors.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `by SHA-256 is the standard's`(_ text: String, _ wanted: String) {
        #expect(hexadecimal(SHA256.digest(of: bytes(text))) == wanted)
    }

    @Test func `by SHA-1 is the standard's`() {
        #expect(hexadecimal(sha1(bytes("abc"))) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    }

    /// The paper of its authors, appendix B.
    @Test(arguments: [
        ("", "9c1185a5c5e9fc54612808977ee8f548b2258d31"),
        ("abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
        ("message digest", "5d0689ef49d2fae572b881b123a85ffa21595f36"),
    ])
    func `by RIPEMD-160 is its authors'`(_ text: String, _ wanted: String) {
        #expect(hexadecimal(ripemd160(bytes(text))) == wanted)
    }

    @Test(arguments: seeds)
    func `is the same whether its bytes come at once or piece by piece`(seed: UInt64) {
        var random = Seeded(seed)
        let text = (0..<Int.random(in: 0...700, using: &random)).map { _ in
            UInt8.random(in: 0...255, using: &random)
        }
        var short = SHA256()
        var rest = text[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(Int.random(in: 0...130, using: &random)))
            rest = rest.dropFirst(piece.count)
            short.add(piece)
            // Asking for it changes nothing.
            #expect(short.digest == SHA256.digest(of: Array(text.dropLast(rest.count))))
        }
        #expect(short.digest == SHA256.digest(of: text))
    }
}

/// RFC 4231, sections 4.2 to 4.8 (but 4.6, which cuts the code off).
private struct CodeVector: Sendable {
    let key: [UInt8]
    let text: [UInt8]
    let sha256: String
}

private let longKey = [UInt8](repeating: 0xaa, count: 131)

private let vectors = [
    CodeVector(
        key: [UInt8](repeating: 0x0b, count: 20), text: bytes("Hi There"),
        sha256: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    CodeVector(
        key: bytes("Jefe"), text: bytes("what do ya want for nothing?"),
        sha256: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    CodeVector(
        key: [UInt8](repeating: 0xaa, count: 20), text: [UInt8](repeating: 0xdd, count: 50),
        sha256: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    CodeVector(
        key: Array(1...25), text: [UInt8](repeating: 0xcd, count: 50),
        sha256: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    CodeVector(
        key: longKey, text: bytes("Test Using Larger Than Block-Size Key - Hash Key First"),
        sha256: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    CodeVector(
        key: longKey,
        text: bytes(
            "This is a test using a larger than block-size key and a larger than block-size data."
                + " The key needs to be hashed before being used by the HMAC algorithm."),
        sha256: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
]

@Suite struct `A code of HMAC` {
    @Test(arguments: vectors)
    fileprivate func `is the standard's, each time that the key is used`(vector: CodeVector) {
        let short = HMACSHA256Key(vector.key)
        for _ in 0..<2 {
            #expect(hexadecimal(short.code(of: vector.text)) == vector.sha256)
            _ = short.code(of: [])
        }
    }

    /// RFC 2104, section 2, by the digest alone.
    @Test(arguments: seeds)
    func `is the digest of a digest, whatever the key's length`(seed: UInt64) {
        var random = Seeded(seed)
        func some(_ most: Int) -> [UInt8] {
            (0..<Int.random(in: 0...most, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
        }
        let key = some(150)
        let text = some(300)
        let block = (key.count > 64 ? SHA256.digest(of: key) : key)
        let padded = block + [UInt8](repeating: 0, count: 64 - block.count)
        let inner = SHA256.digest(of: padded.map { $0 ^ 0x36 } + text)
        let outer = SHA256.digest(of: padded.map { $0 ^ 0x5c } + inner)
        #expect(HMACSHA256Key(key).code(of: text) == outer)
    }

    @Test func `does not show its secret`() {
        let secret = "hunter2-hunter2"
        var dumped = ""
        dump(HMACSHA256Key(bytes(secret)), to: &dumped)
        #expect(!dumped.contains(secret))
        #expect(!dumped.contains("0x"))
    }
}
