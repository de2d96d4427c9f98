import AccountSession
import Coinpit
import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import VenueSessions
import WireText

/// The venue's own messages; tests that need them are skipped without.
let samples = VenueSamples(of: "coinpit")
let noSamples: Comment = "\(VenueSamples.absence)"

/// The decimal that a test writes down.
func exact<Value: ExactDecimal>(_ text: String) -> Value {
    guard let value = try? Value(text) else { preconditionFailure("\(text) is no decimal") }
    return value
}

func value<Value: WireValue>(_ type: Value.Type, _ text: String) throws -> Value {
    try readJSON(type, Array(text.utf8))
}

/// The key of a test's account, invented, on the network for tests.
let ownKey = parsed(
    try? CoinpitKey(wif: "cQ3c2L5ZqtzMwCHDUoGor1cMdY32Jj5PqiTLhEZfbJpsviHtfwBo"))

/// What a test wrote itself, and so can be read.
func parsed<Value>(_ value: Value?) -> Value {
    guard let value else { preconditionFailure("a test's own text cannot be read") }
    return value
}
