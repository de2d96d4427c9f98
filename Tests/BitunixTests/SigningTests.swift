import AccountSession
import Bitunix
import Foundation
import PropertyTesting
import Testing
import TradingModel
import VenueSessions
import WireText

/// A row of the reference's tables of signatures.
private struct Vector: Sendable, CustomTestStringConvertible {
    let row: String
    var key = "", secret = "", nonce = "", timestamp = ""
    var query = "", body = ""
    let sign: String
    var testDescription: String { row }

    /// What is between accents, in order.
    static func marked(_ text: String) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}

/// The reference, beside the package.
private enum Reference {
    static let place = "venues/bitunix.md"
    static var isThere: Bool { SharedFolder.holds(place) }

    static let vectors: [Vector] = {
        guard let data = FileManager.default.contents(atPath: SharedFolder.path(place)) else {
            return []
        }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
        let usual = lines.first { $0.hasPrefix("`apiKey=") }.map(Vector.marked) ?? []
        func usually(_ name: String) -> String {
            usual.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
                ?? ""
        }
        return lines.compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count >= 4, let row = Int(cells[0]), (1...15).contains(row),
                let sign = Vector.marked(cells[cells.count - 1]).first, sign.count == 64
            else { return nil }
            var vector = Vector(
                row: "\(row)", key: usually("apiKey"), secret: usually("secret"),
                nonce: usually("nonce"), timestamp: usually("timestamp"), sign: sign)
            let marked = Vector.marked(cells[1])
            if cells[1].contains(" key `"), marked.count >= 4 {
                let own = Array(marked.suffix(4))
                (vector.key, vector.secret) = (own[0], own[1])
                (vector.nonce, vector.timestamp) = (own[2], own[3])
            }
            switch cells.count {
            case 6:
                vector.query = Vector.marked(cells[2]).first ?? ""
                vector.body = Vector.marked(cells[3]).first ?? ""
            case 5: vector.query = Vector.marked(cells[2]).first ?? ""
            default: vector.timestamp = marked.first ?? ""
            }
            return vector
        }
    }()
}

@Suite(.enabled(if: Reference.isThere, "the venues' references (../shared/venues) are not here"))
struct `Bitunix signatures of the reference` {
    @Test(arguments: Reference.vectors)
    fileprivate func `are ours`(vector: Vector) {
        let key = BitunixKey(apiKey: vector.key, secret: vector.secret)
        #expect(
            key.signature(
                nonce: vector.nonce, timestamp: vector.timestamp, query: vector.query,
                body: vector.body) == vector.sign)
    }

    @Test func `are all fifteen`() {
        #expect(Reference.vectors.map(\.row) == (1...15).map(String.init))
    }
}

@Suite struct `Bitunix signatures` {
    private let key = BitunixKey(apiKey: "key-7", secret: "hush")

    // Worked out with another program.
    @Test func `are two digests, the first as its text`() {
        #expect(
            key.signature(nonce: "00112233445566778899aabbccddeeff", timestamp: "1700000000000")
                == "fd1374e4427166a2979b53ac5fad30e9933458621f5066834bfb054ba712770d")
        #expect(
            key.signature(
                nonce: "00112233445566778899aabbccddeeff", timestamp: "1700000000000",
                query: "limit100skip0symbolLTCUSDT", body: #"{"symbol":"LTCUSDT"}"#)
                == "2182ce9c0a9f0b36b676eb20806e5a21d52036cca514c5654065be515f29e244")
    }

    // Trap 10: names ascend, nothing stands between them.
    @Test func `have the parameters in the order of their names`() {
        #expect(
            BitunixKey.flattened([
                ("symbol", "LTCUSDT"), ("limit", "5"), ("Z", "1"), ("endTime", "9"),
            ])
                == "Z1endTime9limit5symbolLTCUSDT")
        #expect(BitunixKey.flattened([]) == "")
    }

    // Trap 10: what is signed is what is sent.
    @Test func `cover a request as it is sent`() throws {
        let request = BitunixRequests.pendingOrders(market: "LTCUSDT", clientID: "mr-1", page: 3)
        let call = request.call(key, nonce: "n", milliseconds: 1_700_000_000_123)
        #expect(call.path.hasSuffix("?symbol=LTCUSDT&clientId=mr-1&skip=200&limit=100"))
        let headers = Dictionary(uniqueKeysWithValues: call.headers.map { ($0.name, $0.value) })
        #expect(headers["timestamp"] == "1700000000123" && headers["nonce"] == "n")
        #expect(headers["api-key"] == "key-7" && headers["Content-Type"] == "application/json")
        #expect(
            headers["sign"]
                == key.signature(
                    nonce: "n", timestamp: "1700000000123",
                    query: "clientIdmr-1limit100skip200symbolLTCUSDT"))
        let cancel = BitunixRequests.cancel("LTCUSDT", [.id("9")]).call(
            key, nonce: "n", milliseconds: 1)
        #expect(
            cancel.headers.first { $0.name == "sign" }?.value
                == key.signature(nonce: "n", timestamp: "1", body: cancel.body))
    }

    @Test func `of public pages are none`() {
        let call = BitunixRequests.pairs.call(key, nonce: "n", milliseconds: 1)
        #expect(call.headers.map(\.name) == ["Content-Type"] && call.sendWithin == nil)
    }

    // Trap 11: seconds here, milliseconds over HTTP.
    @Test func `of a login are over its nonce and its second`() {
        let text = SocketRequests.login(key, nonce: "abc", seconds: 1_700_000_000)
        let sign = key.signature(nonce: "abc", timestamp: "1700000000")
        #expect(
            text == #"{"op":"login","args":[{"apiKey":"key-7","timestamp":1700000000,"#
                + #""nonce":"abc","sign":"\#(sign)"}]}"#)
    }

    @Test func `show no secret`() {
        #expect("\(key)" == "key-… (secret •••)" && !String(reflecting: key).contains("hush"))
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!dumped.contains("hush"))
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `have a nonce of their own each`(seed: UInt64) {
        var nonces: Set<String> = []
        for time in Int64(0)..<300 {
            for text in ["/api/a", "/api/b", "{\"qty\":\"1\"}"] {
                let nonce = wireNonce(seed: seed, nanoseconds: time, text: text)
                #expect(nonce.utf8.count == 32 && nonce.allSatisfy(\.isHexDigit))
                nonces.insert(nonce)
            }
        }
        #expect(nonces.count == 900)
        #expect(
            wireNonce(seed: seed, nanoseconds: 5, text: "x")
                == wireNonce(seed: seed, nanoseconds: 5, text: "x"))
    }
}
