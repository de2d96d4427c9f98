import AccountSimulation
import Foundation
import ScriptHost

/// Memory may lie so many bytes off what it was after the first hour.
private let memoryBand = 5_000_000

/// Lets a market maker trade for days of virtual time, and holds memory and files against their limits.
///
/// - Returns: whether they kept to them.
func tradeFor(days: Int64, seed: UInt64) throws -> Bool {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("strategies/market_maker.lua").path
    let strategy = try LuaStrategy(
        file: script,
        // Near enough to the middle that more orders end in the first hour than any part of the program remembers.
        parameters: [
            ParameterOverride(name: "symbol", text: "coinex:BTC/USDT:USDT"),
            ParameterOverride(name: "spread", text: "0.35"),
            ParameterOverride(name: "volatility", text: "0.35"),
            ParameterOverride(name: "size", text: "0.007"),
        ], seed: seed)
    let run = try LongRun(seed: seed, strategy: strategy)
    var problems: [String] = []
    if !run.pass(hours: 1) { problems.append("it does not trade after an hour") }
    let first = residentBytes()
    show("after the first hour: \(first / 1_000) kB, \(run.orderCount) orders")
    for day in 1...days where problems.isEmpty {
        if !run.pass(hours: day == 1 ? 23 : 24) { problems.append("day \(day): it trades no more") }
        let bytes = residentBytes()
        show(
            "day \(day): \(bytes / 1_000) kB, \(run.orderCount) orders, \(run.fillCount) executions, "
                + "journal \(run.journalBytes / 1_000) kB, recording \(run.recordingBytes / 1_000) kB"
        )
        if abs(bytes - first) > memoryBand {
            problems.append("day \(day): \((bytes - first) / 1_000) kB more than after an hour")
        }
        // The log beside the file, and the tail, have bounds of their own.
        if run.journalBytes > LongRun.mostJournalBytes * 5 / 4 + 8_000_000 {
            problems.append("day \(day): the journal is larger than its limit")
        }
        if run.recordingBytes > LongRun.mostRecordingBytes + 100_000 {
            problems.append("day \(day): the recording is larger than its limit")
        }
    }
    for problem in problems + run.errors { print("wrong: \(problem)") }
    return (problems + run.errors).isEmpty
}

/// Prints a line that is seen at once.
private func show(_ line: String) {
    print(line)
    fflush(nil)
}

/// What the process has of the machine's memory.
private func residentBytes() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * 4_096
}
