internal import TradingModel

/// Things that fall due one after the other, each with its place in the order of all queues.
struct DueQueue<Element> {
    private struct Entry {
        let due: Timestamp
        let number: Int
        let element: Element
    }

    /// Nil: taken out already; an element moves in and out and is never copied.
    private var entries: [Entry?] = []
    private var head = 0
    private var lastDue = Timestamp.distantPast

    /// When the first is due; distant future: none.
    private(set) var nextDue = Timestamp.distantFuture
    private(set) var nextNumber = Int.max
    var first: Element? { head < entries.count ? entries[head]?.element : nil }

    /// Adds one at the end; it is never due before the one in front of it.
    mutating func append(_ element: consuming Element, due: Timestamp, number: Int) {
        lastDue = entries.isEmpty ? due : max(due, lastDue)
        entries.append(Entry(due: lastDue, number: number, element: element))
        if entries.count == head + 1 { findNext() }
    }

    mutating func popFirst() -> Element? {
        guard head < entries.count else { return nil }
        let entry = entries[head].take()
        head += 1
        if head == entries.count {
            entries.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 1_024, head * 2 >= entries.count {
            entries.removeFirst(head)  // at most half is moved, so each element moves once or twice
            head = 0
        }
        findNext()
        return entry?.element
    }

    private mutating func findNext() {
        nextDue = head < entries.count ? entries[head]?.due ?? .distantFuture : .distantFuture
        nextNumber = head < entries.count ? entries[head]?.number ?? .max : .max
    }
}
