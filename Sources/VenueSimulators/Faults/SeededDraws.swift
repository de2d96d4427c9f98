internal import TradingModel

/// Random numbers that a seed determines, as doubles from 0 up to 1.
package struct SeededDraws: Sendable {
    private var random: SplitMix64
    package init(seed: UInt64) { random = SplitMix64(seed: seed) }

    package mutating func next() -> Double { Double(random.next() >> 11) * 0x1p-53 }

    /// From 0 up to but not including `bound`.
    package mutating func below(_ bound: Int) -> Int {
        Int(random.next().multipliedFullWidth(by: UInt64(bound)).high)
    }
}
