import Coinut
import Foundation
import PropertyTesting
import Testing
import TradingModel
import WireText

/// Where the venue's sample messages lie, beside the package; tests that need them are skipped without.
enum Fixtures {
    static let root = SharedFolder.path("venues/fixtures/coinut")
    static var areThere: Bool { SharedFolder.holds("venues/fixtures/coinut/README.md") }
    static let comment: Comment = "the venue's samples (../shared/venues/fixtures) are not here"

    static func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: "\(root)/\(name)")))
    }

    /// All samples in the folder, in the order of their names.
    static var names: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return files.filter { !$0.hasSuffix(".md") }.sorted()
    }
}

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
