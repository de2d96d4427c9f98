import CoinTR
import PropertyTesting
import Testing
import TradingModel
import WireText

/// The venue's own messages; tests that need them are skipped without.
let samples = VenueSamples(of: "cointr")
let noSamples: Comment = "\(VenueSamples.absence)"

/// The decimal that a test writes down.
func exact<Value: ExactDecimal>(_ text: String) -> Value {
    guard let value = try? Value(text) else { preconditionFailure("\(text) is no decimal") }
    return value
}

func milliseconds(_ count: Int64) -> Timestamp { Timestamp(nanoseconds: count * 1_000_000) }

/// The push that a message is.
func push(_ bytes: [UInt8]) throws -> Push {
    guard case .push(let push) = try Frame(parsing: bytes) else {
        throw BadMessage("was read as a reply")
    }
    return push
}

/// The reply that a message is.
func reply(_ text: String) throws -> SocketReply {
    guard case .reply(let reply) = try Frame(parsing: Array(text.utf8)) else {
        throw BadMessage("was read as a push")
    }
    return reply
}

/// What a message tells.
func content(_ text: String) throws -> Push.Content { try push(Array(text.utf8)).content }

let wrong = BadMessage("was read as something else")

/// What is read of a message quickly, if anything is, is what is read of it slowly.
func expectSameQuickly(
    _ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
) {
    var scanner = CoinTRScanner()
    guard let kind = scanner.scan(bytes.span) else { return }
    guard let slow = try? push(bytes) else {
        Issue.record(
            "read quickly, refused slowly: \(String(decoding: bytes, as: UTF8.self))",
            sourceLocation: sourceLocation)
        return
    }
    let name = String(decoding: bytes[scanner.market], as: UTF8.self)
    #expect(slow.instrument == name, sourceLocation: sourceLocation)
    #expect(slow.segment == scanner.segment, sourceLocation: sourceLocation)
    #expect(slow.action == scanner.action, sourceLocation: sourceLocation)
    #expect(slow.time == scanner.time, sourceLocation: sourceLocation)
    switch (kind, slow.content) {
    case (.book, .book(let book)): #expect(book == scanner.book, sourceLocation: sourceLocation)
    case (.touch, .touch(let touch)):
        #expect(touch == scanner.touch, sourceLocation: sourceLocation)
    case (.trades, .trades(let trades)):
        #expect(trades == scanner.trades, sourceLocation: sourceLocation)
    default: Issue.record("read as another kind", sourceLocation: sourceLocation)
    }
}
