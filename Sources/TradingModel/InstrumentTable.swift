/// One value for each instrument of a run, at the instrument's index.
///
/// The values lie at a fixed place: reading or changing one in the hot path costs no copy-on-write
/// check. It is a reference; who may change it keeps it to itself.
@safe public final class InstrumentTable<Value> {
    /// Where the values lie; valid while the table is.
    @unsafe public let base: UnsafeMutablePointer<Value>
    public let count: Int

    public init(_ values: [Value]) {
        count = values.count
        unsafe base = .allocate(capacity: max(1, values.count))
        for (index, value) in values.enumerated() {
            unsafe (base + index).initialize(to: value)
        }
    }

    deinit {
        unsafe base.deinitialize(count: count)
        unsafe base.deallocate()
    }

    /// Traps outside the table.
    @inlinable public subscript(index: Int) -> Value {
        @inline(__always) _read {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            yield unsafe base[index]
        }
        @inline(__always) _modify {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            yield unsafe &base[index]
        }
    }

    /// All values in the order of the instruments.
    public var values: [Value] { (0..<count).map { self[$0] } }
}
