internal import TradingModel

/// A stream of random numbers that a seed and a name determine.
///
/// Only integer arithmetic and the four IEEE 754 operations, which give the same bits everywhere;
/// nothing here calls a mathematics library.
struct SeededRandom {
    private var random: SplitMix64

    /// Streams of the same seed and different names have nothing to do with one another.
    init(seed: UInt64, name: String) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        random = SplitMix64(seed: seed)
        random = SplitMix64(seed: hash ^ random.next())
    }

    mutating func next() -> UInt64 { random.next() }

    /// Above 0, at most 1.
    mutating func uniform() -> Double {
        Double((next() >> 11) + 1) * 0x1p-53
    }

    /// From 0 up to but not including `bound`.
    mutating func below(_ bound: Int64) -> Int64 {
        Int64(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// How often a chance of `probability` fails before it first succeeds, at most `limit`.
    mutating func failures(_ probability: Double, limit: Int64) -> Int64 {
        var count: Int64 = 0
        while count < limit, uniform() > probability { count += 1 }
        return count
    }

    /// Mean 0, variance 1, within ±6: the sum of twelve 16-bit uniforms, which is near to normal.
    mutating func normal() -> Double {
        var sum: Int64 = 0
        for _ in 0..<3 {
            let bits = next()
            sum += Int64(bits & 0xffff) + Int64((bits >> 16) & 0xffff)
            sum += Int64((bits >> 32) & 0xffff) + Int64(bits >> 48)
        }
        return (Double(sum) - 393_210) / 65_536
    }

    /// Mean 1: the waiting time between events of a Poisson process.
    mutating func exponential() -> Double { -naturalLogarithm(uniform()) }
}

/// ln of a positive normal number, to about 10⁻¹², from additions, multiplications and a division.
func naturalLogarithm(_ value: Double) -> Double {
    // value = significand × 2^exponent with the significand in 1..<2; ln m = 2 artanh((m−1)/(m+1)).
    let ratio = (value.significand - 1) / (value.significand + 1)
    let square = ratio * ratio
    var sum = 0.0
    for odd in stride(from: 21.0, through: 1.0, by: -2.0) { sum = sum * square + 1 / odd }
    return 2 * ratio * sum + Double(value.exponent) * 0.693_147_180_559_945_3
}
