package import LiveTrading
import PropertyTesting

/// A disk, and a machine that may stop within any step that it is asked for: what was not synchronised is
/// then there, or not, or torn.
package struct CrashingDisk: OrderIDStore {
    package static let crash = OrderIDProblem("crash")

    /// What is not done although it is asked for: a disk that lies.
    package enum Omission: CaseIterable {
        case draftSync
        case placeSync
    }

    private var random: Seeded
    private let omits: Omission?
    /// After how many steps the machine, or the process, stops; nil: it goes on.
    package var stepsLeft: Int?
    package private(set) var kept: [UInt8]?
    private var draft: [UInt8]?
    private var isDraftSafe = false
    /// What a power cut may bring back, while what was put in its place is not safe.
    private var former: (bytes: [UInt8]?, isNextSafe: Bool)?

    package init(seed: UInt64, omits: Omission? = nil) {
        random = Seeded(seed)
        self.omits = omits
    }

    /// After a process was killed the system still has all that it was given; after a power cut it
    /// has what is safe, and of the rest what chance left.
    package mutating func restart(afterPowerCut: Bool) {
        stepsLeft = nil
        guard afterPowerCut else { return }
        if let (bytes, isNextSafe) = former {
            if random.bool() { kept = bytes } else if !isNextSafe { kept = torn(kept ?? []) }
        }
        former = nil
        if !isDraftSafe { draft = random.bool() ? nil : torn(draft ?? []) }
    }

    private mutating func torn(_ bytes: [UInt8]) -> [UInt8] {
        Array(bytes.prefix(random.int(0...bytes.count)))
    }

    /// - Returns: whether the step is the last, and may be done in part.
    private mutating func isLast() -> Bool {
        guard let left = stepsLeft else { return false }
        stepsLeft = left - 1
        return left <= 0
    }

    package mutating func read() throws(OrderIDProblem) -> [UInt8]? {
        if isLast() { throw Self.crash }
        return kept
    }

    package mutating func writeDraft(_ bytes: [UInt8]) throws(OrderIDProblem) {
        isDraftSafe = false
        guard isLast() else {
            draft = bytes
            return
        }
        draft = torn(bytes)
        throw Self.crash
    }

    package mutating func syncDraft() throws(OrderIDProblem) {
        let isLast = isLast()
        isDraftSafe = omits != .draftSync && (!isLast || random.bool())
        if isLast { throw Self.crash }
    }

    package mutating func putInPlace() throws(OrderIDProblem) {
        let isLast = isLast()
        if !isLast || random.bool() {
            former = (former?.bytes ?? kept, isDraftSafe)
            kept = draft
            draft = nil
        }
        if isLast { throw Self.crash }
    }

    package mutating func syncPlace() throws(OrderIDProblem) {
        let isLast = isLast()
        if omits != .placeSync, !isLast || random.bool() { former = nil }
        if isLast { throw Self.crash }
    }
}
