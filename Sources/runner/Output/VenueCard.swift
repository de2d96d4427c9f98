import PlainJSON
import VenueSessions

/// A venue's card for people and for programs.
struct VenueCard {
    let card: ConformanceCard

    /// All cases by their groups, each with its reason where it is no plain pass.
    var text: String {
        ConformanceCase.Group.allCases.map { group in
            let lines = ConformanceCase.allCases.filter { $0.group == group }.flatMap(lines)
            return (["  " + group.rawValue] + lines).joined(separator: "\n")
        }
        .joined(separator: "\n")
    }

    private func lines(_ name: ConformanceCase) -> [String] {
        let verdict = card[name]
        let gap = String(repeating: " ", count: 12 - verdict.name.count)
        let line = "    " + verdict.name + gap + name.title
        guard let reason = verdict.reason else { return [line] }
        return [line, String(repeating: " ", count: 16) + "(\(reason))"]
    }

    var json: JSON {
        .pairs([
            ("remark", .text(card.remark)),
            (
                "cases",
                .array(
                    ConformanceCase.allCases.map { name in
                        let verdict = card[name]
                        return .pairs([
                            ("case", .text(name.rawValue)), ("group", .text(name.group.rawValue)),
                            ("title", .text(name.title)), ("verdict", .text(verdict.name)),
                            ("reason", verdict.reason.map { .text($0) } ?? .null),
                        ])
                    })
            ),
        ])
    }
}
