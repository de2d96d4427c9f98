import Foundation
import Testing

/// A simulated CoinEx in a process of its own, for as long as its owner lives.
final class SimulatedVenue {
    let process = Process()
    let baseURL: String
    private let home: TemporaryFolder

    init(_ arguments: String...) throws {
        home = try TemporaryFolder()
        process.executableURL = Runner.program
        process.arguments = ["simulate-venue", "coinex", "--port", "0", "--json"] + arguments
        process.environment = ["MOONRUNNER_HOME": home.url.path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.start()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let facts = try Runner(code: 0, output: line, errors: "").json()
        baseURL = try #require(facts["base_url"] as? String)
    }

    deinit {
        process.terminate()
        process.waitForExit()
    }
}
