/// What a venue allows in client order ids that are whole numbers, and how many a run takes at once.
public struct ClientNumberRule: Hashable, Sendable {
    public let allowed: ClosedRange<Int>
    /// Reserved together: a run that needs more reserves again, before it has used them up.
    public let blockLength: Int

    public init(allowed: ClosedRange<Int>, blockLength: Int) {
        precondition(
            allowed.lowerBound > 0 && 0 < blockLength && blockLength <= allowed.count / 4,
            "a round of numbers has several blocks")
        self.allowed = allowed
        self.blockLength = blockLength
    }

    /// 24 bits, as Coinut takes them.
    ///
    /// Source: the venue's API description, `client_ord_id`.
    public static var bits24: Self { Self(allowed: 1...16_777_215, blockLength: 65_536) }
}

/// Which number stands for which order of a run, at a venue whose client order ids are numbers.
///
/// The engine numbers its orders from 1; they take the numbers of the run's blocks in turn.
public struct ClientOrderNumbers: Hashable, Sendable {
    public private(set) var blocks: [Range<Int>]
    private var count: Int

    /// - Parameter first: numbers that were reserved for this run and no other.
    public init(_ first: Range<Int>) {
        blocks = [first]
        count = first.count
    }

    /// Adds numbers that were reserved for the run since.
    public mutating func add(_ block: Range<Int>) {
        blocks.append(block)
        count += block.count
    }

    /// How many orders can still be numbered after the one with this serial.
    public func left(after serial: Int) -> Int { max(0, count - serial) }

    /// The number of the order with this serial; nil: more must be reserved first.
    public func number(of serial: Int) -> Int? {
        var place = serial - 1
        guard place >= 0 else { return nil }
        for block in blocks {
            if place < block.count { return block.lowerBound + place }
            place -= block.count
        }
        return nil
    }

    /// The serial of the order with this number; nil: it is none of the run's.
    public func serial(of number: Int) -> Int? {
        var before = 0
        for block in blocks {
            if block.contains(number) { return before + number - block.lowerBound + 1 }
            before += block.count
        }
        return nil
    }
}
