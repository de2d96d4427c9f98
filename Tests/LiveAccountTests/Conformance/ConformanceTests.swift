import Foundation
import Testing
import VenueSessions

/// A case at a venue, as its card has it.
struct ConformanceTrial: Sendable, CustomStringConvertible {
    let pair: ConformancePair
    let name: ConformanceCase

    var verdict: ConformanceCard.Verdict { pair.connector.card[name] }
    var description: String { "\(pair), \(name.title): \(verdict.name)" }

    static func all(lacking: Bool) -> [ConformanceTrial] {
        ConformancePair.all.flatMap { pair in
            ConformanceCase.allCases.map { ConformanceTrial(pair: pair, name: $0) }
        }
        .filter { $0.verdict.isLacking == lacking }
    }
}

@Suite struct `The card of a venue` {
    @Test(arguments: ConformanceTrial.all(lacking: false))
    func `shows what the connector can, against the simulator`(trial: ConformanceTrial) throws {
        try Conformance.show(trial.name, at: trial.pair)
    }

    @Test(arguments: ConformanceTrial.all(lacking: true))
    func `says what there is not, and who asks for it is told so`(trial: ConformanceTrial) throws {
        try Conformance.showAbsence(of: trial.name, at: trial.pair)
    }

    @Test(arguments: ConformancePair.all)
    func `gives a reason for all that is no plain pass`(pair: ConformancePair) {
        for name in ConformanceCase.allCases {
            guard let reason = pair.connector.card[name].reason else { continue }
            #expect(reason.split(separator: " ").count > 3, "\(pair), \(name): \(reason)")
        }
        #expect(!pair.connector.card.remark.isEmpty)
    }

    @Test func `has no two cases of one name`() {
        let titles = ConformanceCase.allCases.map(\.title)
        #expect(Set(titles).count == titles.count)
        #expect(Set(ConformanceCase.allCases.map(\.group)).count == 7)
    }

    /// After a change of a card: `MOONRUNNER_WRITE_PAGES=1 make test ARGS='--filter card'`.
    @Test func `is the table of the page about venues`() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("docs/venues/README.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let parts = text.components(separatedBy: VenueTable.marks)
        try #require(parts.count == 3, "the page has the table between two marks")
        let whole = parts[0] + VenueTable.marks + VenueTable.text + VenueTable.marks + parts[2]
        if ProcessInfo.processInfo.environment["MOONRUNNER_WRITE_PAGES"] == "1" {
            try whole.write(to: page, atomically: true, encoding: .utf8)
        }
        #expect(text == whole, "write it anew, as the test's comment says")
    }
}
