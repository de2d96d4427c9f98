internal import TradingModel

/// Things that fall due one after the other, each with its place in the order of all queues.
struct DueQueue<Element> {
    private var entries: [(due: Timestamp, number: Int, element: Element)] = []
    private var head = 0

    /// When the first is due; distant future: none.
    var nextDue: Timestamp { head < entries.count ? entries[head].due : .distantFuture }
    var nextNumber: Int { head < entries.count ? entries[head].number : .max }
    var first: Element? { head < entries.count ? entries[head].element : nil }

    /// Adds one at the end; it is never due before the one in front of it.
    mutating func append(_ element: Element, due: Timestamp, number: Int) {
        let last = entries.last?.due ?? .distantPast
        entries.append((max(due, last), number, element))
    }

    mutating func popFirst() -> Element? {
        guard head < entries.count else { return nil }
        let element = entries[head].element
        head += 1
        if head == entries.count {
            entries.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 1_024, head * 2 >= entries.count {
            entries.removeFirst(head)  // at most half is moved, so each element moves once or twice
            head = 0
        }
        return element
    }
}
