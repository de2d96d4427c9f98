/// Random numbers that a seed determines: SplitMix64, as doubles from 0 up to 1.
package struct SeededDraws: Sendable {
    private var state: UInt64
    package init(seed: UInt64) { state = seed }

    package mutating func next() -> Double { Double(bits() >> 11) * 0x1p-53 }

    /// From 0 up to but not including `bound`.
    package mutating func below(_ bound: Int) -> Int {
        Int(bits().multipliedFullWidth(by: UInt64(bound)).high)
    }

    private mutating func bits() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
