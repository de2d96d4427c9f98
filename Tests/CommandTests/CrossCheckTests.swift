import Foundation
import Testing

/// The whole of it, over TLS; `scripts/cross_check RUNNER --faults all` does the rest.
@Suite struct `One strategy at two venues at high speed` {
    @Test(arguments: [
        ["--minutes", "6", "--faults", "drop=0.01,reply-lost=0.05,cut=0.001"],
        [
            "coinex", "coinut", "--minutes", "6", "--faults",
            "reorder=0.1,duplicate=0.1,reply-late=0.3",
        ],
        ["--kills", "6", "--speed", "20"],
    ])
    func `ends with both venues' own books, within its one limit, and replays`(
        arguments: [String]
    ) throws {
        let (code, output) = try Tool.runScript("cross_check", arguments)
        #expect(code == 0, "\(output)")
        #expect(output.contains("1 of 1 runs end with both venues' own books"), "\(output)")
    }
}
