/// SplitMix64: a small generator whose whole state is its seed, so that a failure can be run again.
package struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    package init(_ seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    package mutating func int(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self)
    }
    package mutating func bool() -> Bool { next() & 1 == 1 }
    package mutating func chance(_ percent: Int) -> Bool { int(1...100) <= percent }
    package mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[int(0...(elements.count - 1))]
    }
    /// A number of any length up to 38 digits, so that small ones are as common as large ones.
    package mutating func int128(digits: ClosedRange<Int> = 1...38) -> Int128 {
        var value: Int128 = 0
        for _ in 0..<int(digits) { value = value * 10 + Int128(int(0...9)) }
        return value
    }

    /// Any number that a decimal may count: of every length, round or not, negative too, and the
    /// largest.
    package mutating func attos() -> Int128 {
        if chance(2) { return bool() ? .max : -.max }
        var value = int128(digits: 1...38)
        if chance(30) { value = value / 1_000_000_000_000 * 1_000_000_000_000 }
        if chance(10) { value = Int128.max - value / 3 }
        return bool() ? value : -value
    }

    /// A venue's message with a few changes that make no sense, or nearly some.
    package mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        let alphabet =
            Array(#"{}[]",:.0123456789 -+eEtfnTZ\ABCxyz@_"#.utf8) + [0, 9, 10, 127, 200]
        var bytes = bytes
        for _ in 0..<int(1...3) where !bytes.isEmpty {
            let place = int(0...(bytes.count - 1))
            switch int(0...4) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(pick(alphabet), at: place)
            case 2:
                let end = min(bytes.count, place + int(1...30))
                bytes.insert(contentsOf: bytes[place..<end], at: int(0...bytes.count))
            case 3: bytes.removeSubrange(place..<min(bytes.count, place + int(1...20)))
            default: bytes[place] = chance(20) ? UInt8(int(0...255)) : pick(alphabet)
            }
        }
        return bytes
    }
}

/// The seeds of property tests; a failing test prints its own.
package let seeds: [UInt64] = Array(1...20)
