import LiveTrading
import TradingModel
import VenueSessions

/// The client order ids of an account's runs, on a disk that may lose what was not made safe.
struct LifeIDs {
    private var disk: CrashingDisk
    private let rule: ClientNumberRule?
    private let rules: ClientOrderIDRules?
    /// Of the run that lives.
    private(set) var session: UInt64 = 0
    private(set) var prefix = ""
    /// The first numbers of a run are given again, by mistake.
    private let repeats: Bool
    private var first: Range<Int64>?
    /// What the disk has.
    private var ledger: OrderIDLedger?

    /// Few numbers at once, so that more are asked for; those of others begin behind the last.
    private static let fewNumbers = ClientNumberRule(allowed: 1...8_000_000, blockLength: 16)

    init(_ use: ClientIDUse, seed: UInt64, repeats: Bool) {
        disk = CrashingDisk(seed: seed)
        self.repeats = repeats
        switch use {
        case .text(let rules): (self.rules, rule) = (rules, nil)
        case .numbers: (rules, rule) = (nil, Self.fewNumbers)
        }
    }

    var isNumbered: Bool { rule != nil }

    /// A new run.
    ///
    /// - Returns: the numbers that it begins with, where the venue takes numbers.
    mutating func begin(at now: Timestamp) throws -> Range<Int64>? {
        defer { ledger = disk.kept.flatMap { OrderIDLedger($0) } }
        if session == 0 || !repeats {
            session = try OrderIDLedger.update(&disk) { ledger in ledger.begin(at: now) }
            prefix =
                rules.flatMap { ClientOrderIDMaker(session: session, rules: $0)?.prefix }
                ?? ClientOrderIDMaker.prefix(of: session)
        }
        guard rule != nil else { return nil }
        return try reserve(at: now)
    }

    mutating func reserve(at now: Timestamp) throws -> Range<Int64> {
        if let first, repeats { return first }
        guard let rule else { throw OrderIDProblem("numbers for a venue of texts") }
        let session = session
        let block = try OrderIDLedger.update(&disk) { ledger throws(OrderIDProblem) in
            guard
                let block = ledger.reserveNumbers(
                    rule, for: session, at: now, isAlive: { $0 == session })
            else { throw OrderIDProblem("there are no more numbers") }
            return block
        }
        ledger = disk.kept.flatMap { OrderIDLedger($0) }
        let range = Int64(block.lowerBound)..<Int64(block.upperBound)
        first = first ?? range
        return range
    }

    mutating func crashSoon(steps: Int) { disk.stepsLeft = steps }

    mutating func restart(afterPowerCut: Bool) {
        disk.restart(afterPowerCut: afterPowerCut)
        ledger = disk.kept.flatMap { OrderIDLedger($0) }
    }

    /// What orders are on the wire, by what they are called here.
    func wireNames() -> (ClientOrderID) -> String {
        guard isNumbered, let ledger else { return { $0.text } }
        return { ledger.number(of: $0).map(String.init) ?? $0.text }
    }

    func number(of order: ClientOrderID) -> Int64? {
        guard isNumbered else { return nil }
        return ledger?.number(of: order).map(Int64.init)
    }

    /// The run's orders, for who cancels them past it.
    func orders(_ takenUp: [String]) -> RunOrders {
        let blocks = ledger?.runs.last { $0.session == session }?.blocks ?? []
        var orders = RunOrders(
            idPrefix: prefix + "-",
            numbers: blocks.map { Int64($0.lowerBound)..<Int64($0.upperBound) })
        orders.takenUp = Set(takenUp)
        return orders
    }
}
