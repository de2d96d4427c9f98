import TradingModel

/// One side of a book: levels sorted in one buffer, the best at the end.
///
/// Most updates hit the best few levels, so a search walks down from the end before it halves the
/// rest, and an insertion near the end moves next to nothing. Free room is kept at both ends and
/// the shorter part moves, so that a snapshot fills in either order without moving the whole
/// side each time.
@safe struct BookSide {
    /// A level with its price as a sort key: the best price has the largest key on both sides.
    private struct Entry {
        var key: Int128
        var quantity: Quantity
    }

    /// All bits set for asks: `price ^ flip` turns their order around and back, for any price.
    private let flip: Int128
    private var buffer: UnsafeMutablePointer<Entry>
    private var capacity: Int
    /// The worst level.
    private var first: UnsafeMutablePointer<Entry>
    /// Behind the best level.
    private var end: UnsafeMutablePointer<Entry>

    /// How many levels are searched one by one before halving: mostly the touch is hit.
    private static var nearLevels: Int { 8 }
    private static var smallestCapacity: Int { 64 }

    init(_ side: Side) {
        flip = side == .buy ? 0 : -1
        capacity = Self.smallestCapacity
        unsafe buffer = .allocate(capacity: Self.smallestCapacity)
        unsafe first = buffer + Self.smallestCapacity / 2
        unsafe end = first
    }

    /// The same levels in a buffer of their own.
    func copy() -> BookSide {
        var copy = self
        unsafe copy.buffer = .allocate(capacity: capacity)
        unsafe copy.first = copy.buffer + (first - buffer)
        unsafe copy.end = copy.first + count
        unsafe copy.first.update(from: first, count: count)
        return copy
    }

    /// Frees the levels; nothing may be called after it.
    func deallocate() { unsafe buffer.deallocate() }

    var count: Int { unsafe end - first }

    mutating func removeAll() {
        unsafe first = buffer + capacity / 2
        unsafe end = first
    }

    /// The best level's price; nil while the side is empty.
    @inline(__always) var bestPrice: Price? {
        unsafe first == end ? nil : Price(attos: (end - 1).pointee.key ^ flip)
    }

    /// The level at `depth`, 0 is the best; nil behind the last.
    func level(_ depth: Int) -> BookLevel? {
        guard depth >= 0, depth < count else { return nil }
        let entry = unsafe (end - 1 - depth).pointee
        return BookLevel(price: Price(attos: entry.key ^ flip), quantity: entry.quantity)
    }

    func quantity(at price: Price) -> Quantity {
        let key = price.attos ^ flip
        let near = unsafe count > Self.nearLevels ? end - Self.nearLevels : first
        var place = unsafe end
        while unsafe place != near {
            unsafe place -= 1
            let found = unsafe place.pointee.key
            if found <= key { return unsafe found == key ? place.pointee.quantity : .zero }
        }
        unsafe place = lowerBound(of: key)
        return unsafe place != end && place.pointee.key == key ? place.pointee.quantity : .zero
    }

    /// Sets a level's quantity, zero deletes it; returns the quantity before.
    @inline(__always)
    mutating func set(_ price: Price, to quantity: Quantity) -> Quantity {
        let key = price.attos ^ flip
        let near = unsafe count > Self.nearLevels ? end - Self.nearLevels : first
        var place = unsafe end
        while unsafe place != near {
            let found = unsafe (place - 1).pointee.key
            if found <= key {
                guard found == key else { break }
                unsafe place -= 1
                return unsafe replace(place, by: quantity)
            }
            unsafe place -= 1
        }
        if unsafe place == near, unsafe near != first { return setFar(key, to: quantity) }
        if quantity.attos != 0 {
            unsafe insert(Entry(key: key, quantity: quantity), at: place)
        }
        return .zero
    }

    @inline(never)
    private mutating func setFar(_ key: Int128, to quantity: Quantity) -> Quantity {
        let place = unsafe lowerBound(of: key)
        if unsafe place != end, unsafe place.pointee.key == key {
            return unsafe replace(place, by: quantity)
        }
        if quantity.attos != 0 {
            unsafe insert(Entry(key: key, quantity: quantity), at: place)
        }
        return .zero
    }

    @inline(__always)
    private mutating func replace(
        _ place: UnsafeMutablePointer<Entry>, by quantity: Quantity
    ) -> Quantity {
        let before = unsafe place.pointee.quantity
        if quantity.attos == 0 {
            unsafe remove(at: place)
        } else {
            unsafe place.pointee.quantity = quantity
        }
        return before
    }

    /// The first entry whose key is not below `key`; the end if there is none.
    private func lowerBound(of key: Int128) -> UnsafeMutablePointer<Entry> {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) >> 1
            if unsafe first[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return unsafe first + low
    }

    @inline(never)
    private mutating func insert(_ entry: Entry, at place: UnsafeMutablePointer<Entry>) {
        let worse = unsafe place - first
        let better = unsafe end - place
        if worse < better {
            if unsafe first == buffer { makeRoom() }
            unsafe (first - 1).update(from: first, count: worse)
            unsafe first -= 1
        } else {
            if unsafe end == buffer + capacity { makeRoom() }
            unsafe (first + worse + 1).update(from: first + worse, count: better)
            unsafe end += 1
        }
        unsafe first[worse] = entry
    }

    @inline(never)
    private mutating func remove(at place: UnsafeMutablePointer<Entry>) {
        let worse = unsafe place - first
        let better = unsafe end - place - 1
        if worse < better {
            unsafe (first + 1).update(from: first, count: worse)
            unsafe first += 1
        } else {
            unsafe place.update(from: place + 1, count: better)
            unsafe end -= 1
        }
    }

    /// Moves the levels to the middle, into a buffer of twice the size when this one is half full.
    private mutating func makeRoom() {
        let count = count
        let size = count * 2 > capacity ? capacity * 2 : capacity
        let old = unsafe (buffer: buffer, first: first)
        if size != capacity {
            unsafe buffer = .allocate(capacity: size)
            capacity = size
        }
        unsafe first = buffer + (size - count) / 2
        unsafe end = first + count
        unsafe first.update(from: old.first, count: count)
        if unsafe buffer != old.buffer { unsafe old.buffer.deallocate() }
    }
}
