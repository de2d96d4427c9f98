import VenueSessions

/// The cards of all venues as the table of `docs/venues/README.md`.
enum VenueTable {
    /// What stands before the table and behind it.
    static let marks = "<!-- made of the cards of the connectors -->\n"

    static var text: String {
        let connectors = ConformancePair.all.map(\.connector)
        let pages = connectors.map { "[\($0.title)](\($0.name).md)" }
        var lines = [
            "", "| | " + pages.joined(separator: " | ") + " |",
            "| --- |" + connectors.map { _ in " --- |" }.joined(),
        ]
        var notes: [String] = []
        for group in ConformanceCase.Group.allCases {
            lines.append("| **\(group.rawValue)** |" + connectors.map { _ in " |" }.joined())
            for name in ConformanceCase.allCases where name.group == group {
                let cells = connectors.map { cell($0.card[name], &notes) }
                lines.append("| \(name.title) | " + cells.joined(separator: " | ") + " |")
            }
        }
        lines += ["", "Of \(ConformanceCase.allCases.count) cases:", ""]
        lines += connectors.map {
            "* \($0.title): \($0.card.summary). \($0.card.remark.asSentence)"
        }
        lines.append("")
        lines += notes.enumerated().map { "\($0 + 1). \($1.asSentence)" }
        return lines.joined(separator: "\n") + "\n\n"
    }

    /// A word, and the number of the note that gives the reason.
    private static func cell(_ verdict: ConformanceCard.Verdict, _ notes: inout [String]) -> String
    {
        guard let reason = verdict.reason else { return "yes" }
        let place = notes.firstIndex(of: reason) ?? notes.count
        if place == notes.count { notes.append(reason) }
        return "\(verdict.isLacking ? "no" : "unverified") (\(place + 1))"
    }
}

extension String {
    fileprivate var asSentence: String { prefix(1).uppercased() + dropFirst() + "." }
}
