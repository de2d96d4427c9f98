import LiveTrading
import MarketFiles
import PlainJSON
import TradingModel

/// What a recording holds, as text for people and as JSON for programs.
struct RecordReport {
    let progress: RecordingDisk.Progress
    /// By instrument: what the disk was too slow for.
    let dropped: [Int]
    let end: String
    let seconds: Double

    private var entries: [(entry: RecordingSummary.Entry, bytes: Int, dropped: Int)] {
        progress.summary.entries.enumerated().map { place, entry in
            (
                entry, place < progress.bytes.count ? progress.bytes[place] : 0,
                place < dropped.count ? dropped[place] : 0
            )
        }
    }

    var json: JSON {
        .pairs([
            ("end", .text(end)), ("seconds", .figure(seconds)),
            (
                "recordings",
                .array(entries.map { json($0.entry, bytes: $0.bytes, dropped: $0.dropped) })
            ),
            ("error", progress.failure.map { .text($0.description) } ?? .null),
        ])
    }

    private func json(_ entry: RecordingSummary.Entry, bytes: Int, dropped: Int) -> JSON {
        let counts = entry.counts
        return .pairs([
            ("symbol", .text(entry.symbol.description)),
            ("files", .array(entry.files.map { .text($0) })), ("bytes", .integer(bytes)),
            ("trades", .integer(counts.trades)), ("book_changes", .integer(counts.bookChanges)),
            ("quotes", .integer(counts.quotes)), ("gaps", .integer(counts.gaps)),
            ("inexact", .integer(counts.inexact)), ("dropped", .integer(dropped)),
            ("left_out_tickers", .integer(counts.tickers)),
            ("left_out_funding", .integer(counts.funding)),
            ("left_out_not_asked", .integer(counts.notAsked)),
            ("left_out_refused", .integer(counts.refused)),
        ])
    }

    var text: String {
        var lines: [String] = []
        for (entry, bytes, dropped) in entries {
            let counts = entry.counts
            lines.append(
                "\(entry.symbol)  \(counted(counts.trades, "trade")), "
                    + "\(counted(counts.bookChanges, "book change")), "
                    + "\(counted(counts.quotes, "quote")), \(counted(counts.gaps, "gap")), "
                    + shownBytes(bytes))
            lines += entry.files.map { "    " + $0 }
            let left = leftOut(counts)
            if !left.isEmpty { lines.append("    not written: " + left.joined(separator: ", ")) }
            if counts.inexact > 0 {
                lines.append(
                    "    \(counted(counts.inexact, "number has", "numbers have")) more digits than a double"
                )
            }
            if dropped > 0 {
                lines.append(
                    "    dropped: \(counted(dropped, "event")), for which the disk was too slow")
            }
        }
        return lines.joined(separator: "\n")
    }

    private func leftOut(_ counts: RecordingCounts) -> [String] {
        let rows = [
            (counts.tickers, "ticker", "tickers"), (counts.funding, "funding", "funding"),
            (
                counts.notAsked, "of a feed that was not asked for",
                "of feeds that were not asked for"
            ),
            (counts.refused, "that no market gives", "that no market gives"),
        ]
        return rows.filter { $0.0 > 0 }.map { counted($0.0, $0.1, $0.2) }
    }
}

/// `12.3 MB`: 1 MB is 1,000,000 bytes.
func shownBytes(_ bytes: Int) -> String {
    guard bytes >= 1_000 else { return "\(bytes) B" }
    var unit = 1_000
    var names = ["kB", "MB", "GB", "TB"][...]
    while bytes >= unit * 1_000, names.count > 1 {
        unit *= 1_000
        names = names.dropFirst()
    }
    return "\(bytes / unit).\(bytes % unit * 10 / unit) \(names.first ?? "")"
}

/// The status line of a recording, with the events of the last moments.
struct RecordFigures {
    private var lastEvents = 0
    private var lastSeconds = 0.0

    mutating func line(
        events: Int, seconds: Double, bytes: [Int], since: Timestamp?, at now: Timestamp
    ) -> StatusLine {
        let span = seconds - lastSeconds
        let rate = span > 0 ? Int(Double(events - lastEvents) / span) : 0
        (lastEvents, lastSeconds) = (events, seconds)
        let passed = since.map { max(0, now.nanoseconds - $0.nanoseconds) / 1_000_000_000 } ?? 0
        let clock = UTCTime(Timestamp(nanoseconds: passed % 86_400 * 1_000_000_000)).clock
        let days = passed >= 86_400 ? "\(passed / 86_400) d " : ""
        let sizes = bytes.map(shownBytes).joined(separator: " + ")
        let total = shownBytes(bytes.reduce(0, +))
        let seen = counted(events, "event")
        return StatusLine([
            .init("\(days)\(clock)"), .init("\(seen), \(rate)/s", seen),
            .init(sizes, total),
        ])
    }
}
