/// Where an account's ``OrderIDLedger`` is kept, in the steps that a crash can fall between.
package protocol OrderIDStore {
    /// What is kept; nil: nothing yet.
    mutating func read() throws(OrderIDProblem) -> [UInt8]?
    /// Writes beside what is kept.
    mutating func writeDraft(_ bytes: [UInt8]) throws(OrderIDProblem)
    /// Returns when the draft would outlive a power cut.
    mutating func syncDraft() throws(OrderIDProblem)
    /// Puts the draft in the place of what is kept, as a whole.
    mutating func putInPlace() throws(OrderIDProblem)
    /// Returns when that would outlive a power cut.
    mutating func syncPlace() throws(OrderIDProblem)
}

/// Why no client order ids could be reserved: so none may be used, and no order sent.
public struct OrderIDProblem: Error, Hashable, CustomStringConvertible {
    public let description: String
    package init(_ description: String) { self.description = description }
}

extension OrderIDLedger {
    /// Changes what is kept, and returns when the change would outlive a power cut.
    ///
    /// Whoever calls it holds the account's lock. Where it throws, or never returns, what is kept is as it was or as
    /// it would have become: of what `change` gave nothing was handed out, so both are right.
    package static func update<Result>(
        _ store: inout some OrderIDStore,
        _ change: (inout OrderIDLedger) throws(OrderIDProblem) -> Result
    ) throws(OrderIDProblem) -> Result {
        var ledger = OrderIDLedger()
        if let bytes = try store.read() {
            guard let kept = OrderIDLedger(bytes) else {
                throw OrderIDProblem(
                    "it is damaged. If no run trades the account and no order is open there, delete it"
                )
            }
            ledger = kept
        }
        let result = try change(&ledger)
        try store.writeDraft(Array(ledger.text.utf8))
        try store.syncDraft()
        try store.putInPlace()
        try store.syncPlace()
        return result
    }
}
