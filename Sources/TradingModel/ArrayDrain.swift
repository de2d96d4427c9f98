extension Array {
    /// Takes out all elements, the first one first, and keeps the room for them.
    ///
    /// None is copied on its way, which costs much where they are large and hold references.
    @inlinable public mutating func drainEach(_ body: (Element) -> Void) {
        if count > 1 { unsafe withUnsafeMutableBufferPointer { unsafe $0.reverse() } }
        while let element = popLast() { body(element) }
    }
}
