internal import Cryptography
package import TradingModel
package import VenueSessions

/// What an account's runs have reserved of its client order ids, as a file of a few lines keeps it.
package struct OrderIDLedger: Hashable, Sendable {
    /// One run, and the numbers that stand for its orders where the venue wants numbers.
    package struct Run: Hashable, Sendable {
        package let session: UInt64
        package fileprivate(set) var blocks: [Range<Int>] = []
    }

    /// The oldest first; older ones than these are forgotten.
    package private(set) var runs: [Run] = []
    /// Where the next block of numbers begins; nil: none was reserved yet.
    private var nextNumber: Int?

    /// Whose orders are known again: with a run an hour those of six weeks, in 40 kB.
    package static let mostRuns = 1_000

    package init() {}

    /// A session for a run that begins now: the microsecond, or, where the clock was set back, the one
    /// behind the last.
    ///
    /// The microsecond makes it another one too where the ledger was lost, or lies on another machine.
    ///
    /// - Parameter least: the session is no lower number.
    package mutating func begin(at now: Timestamp, session least: UInt64 = 0) -> UInt64 {
        let clock = UInt64(max(0, now.nanoseconds / 1_000))
        let session = max(clock, least, runs.last.map { $0.session + 1 } ?? 0)
        runs.append(Run(session: session))
        if runs.count > Self.mostRuns { runs.removeFirst(runs.count - Self.mostRuns) }
        return session
    }

    /// Numbers that no other run gets before all others of the venue's have been reserved.
    ///
    /// Behind the highest allowed number it goes on with the lowest. What a run that lives has is then
    /// passed over; what a dead run had comes again.
    ///
    /// - Returns: nil where runs that live have all of them.
    package mutating func reserveNumbers(
        _ rule: ClientNumberRule, for session: UInt64, at now: Timestamp,
        isAlive: (UInt64) -> Bool
    ) -> Range<Int>? {
        let taken = runs.filter {
            !$0.blocks.isEmpty && ($0.session == session || isAlive($0.session))
        }
        .flatMap(\.blocks)
        var first = nextNumber ?? Self.firstNumber(rule, at: now)
        for _ in 0...(taken.count * 2 + 2) {
            if first < rule.allowed.lowerBound
                || first > rule.allowed.upperBound - rule.blockLength + 1
            {
                first = rule.allowed.lowerBound
            }
            let block = first..<(first + rule.blockLength)
            guard let other = taken.first(where: { $0.overlaps(block) }) else {
                keep(block, for: session)
                return block
            }
            first = other.upperBound
        }
        return nil
    }

    /// Anywhere, by the clock: where a ledger was lost it seldom begins where the lost one stood.
    private static func firstNumber(_ rule: ClientNumberRule, at now: Timestamp) -> Int {
        let milliseconds = Int(max(0, now.nanoseconds / 1_000_000))
        return rule.allowed.lowerBound + milliseconds % rule.allowed.count
    }

    private mutating func keep(_ block: Range<Int>, for session: UInt64) {
        nextNumber = block.upperBound
        for place in runs.indices {
            runs[place].blocks.removeAll { $0.overlaps(block) }
            if runs[place].session == session { runs[place].blocks.append(block) }
        }
    }

    /// The number that stands for an order; nil: its run's block is known no more, or it has none.
    package func number(of order: ClientOrderID) -> Int? {
        guard let run = run(of: order), var place = order.parts.ending.map({ $0 - 1 }),
            place >= 0
        else { return nil }
        for block in run.blocks {
            if place < block.count { return block.lowerBound + place }
            place -= block.count
        }
        return nil
    }

    /// The run that an order of this account is of, by its client id; nil: of none that is known.
    package func run(of clientID: ClientOrderID) -> Run? {
        if let session = ClientOrderIDMaker.session(of: clientID.text) {
            return runs.last { $0.session == session }
        }
        guard let number = Int(clientID.text) else { return nil }
        return runs.last { $0.blocks.contains { $0.contains(number) } }
    }
}

// MARK: - As text
extension OrderIDLedger {
    private static let title = "moonrunner order ids 1"

    /// The file: a line for each run, and the first digits of the SHA-256 of all before.
    package var text: String {
        var text = Self.title + "\n"
        for run in runs {
            text += "session \(run.session)"
            for block in run.blocks { text += " \(block.lowerBound)-\(block.upperBound - 1)" }
            text += "\n"
        }
        if let nextNumber { text += "next \(nextNumber)\n" }
        return text + "check \(Self.check(text))\n"
    }

    private static func check(_ text: String) -> String {
        hexadecimal(SHA256.digest(of: Array(text.utf8)).prefix(8))
    }

    /// Nil where it is not what ``text`` made, to the last byte.
    package init?(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        for line in text.split(separator: "\n").dropFirst() {
            let words = line.split(separator: " ")
            switch (words.first, words.count) {
            case ("session"?, 2...):
                guard let run = Run(words.dropFirst()) else { return nil }
                runs.append(run)
            case ("next"?, 2): nextNumber = Int(words[1])
            case ("check"?, 2): break
            default: return nil
            }
        }
        let ascends = zip(runs, runs.dropFirst()).allSatisfy { $0.session < $1.session }
        guard ascends, self.text == text else { return nil }
    }
}

extension OrderIDLedger.Run {
    /// A session is also a place in a file (`OrderIDLocks`).
    private static var end: UInt64 { 1 << 62 }

    fileprivate init?(_ words: ArraySlice<Substring>) {
        guard let session = words.first.flatMap({ UInt64($0) }), session < Self.end else {
            return nil
        }
        self.session = session
        for word in words.dropFirst() {
            let ends = word.split(separator: "-").map { Int($0) }
            guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last,
                last < Int.max
            else { return nil }
            blocks.append(first..<(last + 1))
        }
    }
}
