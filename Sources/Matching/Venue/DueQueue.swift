internal import TradingModel

/// Things that fall due one after the other, each with its place in the order of all queues.
///
/// A ring: an element moves in and out and is never copied on its way.
@safe final class DueQueue<Element> {
    private struct Entry {
        let due: Timestamp
        let number: Int
        let element: Element
    }

    private var ring: UnsafeMutablePointer<Entry>
    /// A power of two.
    private var capacity = 8
    private var head = 0
    private var count = 0
    private var lastDue = Timestamp.distantPast

    /// When the first is due; distant future: none.
    private(set) var nextDue = Timestamp.distantFuture
    private(set) var nextNumber = Int.max

    init() { unsafe ring = .allocate(capacity: capacity) }

    deinit {
        for place in 0..<count { unsafe slot(place).deinitialize(count: 1) }
        unsafe ring.deallocate()
    }

    /// What `body` says of the first, where it lies; nil: there is none.
    @inline(__always)
    func first<Result>(_ body: (borrowing Element) -> Result) -> Result? {
        count > 0 ? unsafe body(slot(0).pointee.element) : nil
    }

    /// Adds one at the end; it is never due before the one in front of it.
    func append(_ element: consuming Element, due: Timestamp, number: Int) {
        if count == capacity { grow() }
        lastDue = count == 0 ? due : max(due, lastDue)
        unsafe slot(count).initialize(
            to: Entry(due: lastDue, number: number, element: element))
        count += 1
        if count == 1 { findNext() }
    }

    /// Takes out the first, where there is one, for `body`, which may add others.
    @inline(__always)
    func drainFirst(_ body: (Element) -> Void) {
        guard count > 0 else { return }
        let entry = unsafe slot(0).move()
        head = (head + 1) & (capacity - 1)
        count -= 1
        findNext()
        body(entry.element)
    }

    private func slot(_ place: Int) -> UnsafeMutablePointer<Entry> {
        unsafe ring + ((head + place) & (capacity - 1))
    }

    private func findNext() {
        nextDue = count > 0 ? unsafe slot(0).pointee.due : .distantFuture
        nextNumber = count > 0 ? unsafe slot(0).pointee.number : .max
    }

    private func grow() {
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
        for place in 0..<count {
            unsafe (larger + place).moveInitialize(from: slot(place), count: 1)
        }
        unsafe ring.deallocate()
        unsafe ring = larger
        capacity *= 2
        head = 0
    }
}
