import AccountSession
import Bitunix
import PropertyTesting
import Testing
import TradingModel
import WireText

/// The venue's own messages; tests that need them are skipped without.
let samples = VenueSamples(of: "bitunix")
let noSamples: Comment = "\(VenueSamples.absence)"

/// What a reply says, or a failed test.
func payload<Value>(_ reply: Reply<Value>) throws -> Value {
    switch reply {
    case .success(let value): return value
    case .failure(let refusal): throw refusal
    }
}

/// The decimal that a test writes down.
func exact<Value: ExactDecimal>(_ text: String) -> Value {
    guard let value = try? Value(text) else { preconditionFailure("\(text) is no decimal") }
    return value
}

func frame(_ text: String) throws -> Frame { try Frame(parsing: Array(text.utf8)) }

func push(_ bytes: [UInt8]) throws -> Push {
    guard case .push(let push, _, _) = try Frame(parsing: bytes) else {
        throw BadMessage("is no push")
    }
    return push
}

func push(_ text: String) throws -> Push { try push(Array(text.utf8)) }

/// The reason for which a message is refused.
func reason(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) -> String {
    let error = #expect(throws: BadMessage.self, sourceLocation: sourceLocation) {
        try frame(text)
    }
    return error?.reason ?? ""
}

let wrong = BadMessage("was read as something else")
