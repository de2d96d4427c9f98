import Coinut
import PropertyTesting
import Testing
import TradingModel
import WireText

/// The venue's own messages; tests that need them are skipped without.
let samples = VenueSamples(of: "coinut")
let noSamples: Comment = "\(VenueSamples.absence)"

/// The decimal that a test writes down.
func exact<Value: ExactDecimal>(_ text: String) -> Value {
    guard let value = try? Value(text) else { preconditionFailure("\(text) is no decimal") }
    return value
}

/// What a message says that stands alone in its frame.
func message(_ bytes: [UInt8]) throws -> CoinutMessage {
    let frame = try CoinutFrame(parsing: bytes)
    guard frame.messages.count == 1, frame.unread.isEmpty else {
        throw BadMessage("\(frame.messages.count) messages, unread: \(frame.unread)")
    }
    return frame.messages[0]
}

func message(_ text: String) throws -> CoinutMessage { try message(Array(text.utf8)) }
func content(_ text: String) throws -> CoinutMessage.Content { try message(text).content }

let wrong = BadMessage("was read as something else")

/// The reason for which a message is refused.
func reason(
    _ text: String, sourceLocation: SourceLocation = #_sourceLocation
) -> String {
    let error = #expect(throws: BadMessage.self, sourceLocation: sourceLocation) {
        try CoinutFrame(parsing: Array(text.utf8))
    }
    return error?.reason ?? ""
}
