internal import TradingModel

/// Waits that double up to a limit, each shortened by chance so that clients do not come in step.
public struct Backoff: Sendable {
    /// The longest first wait, in nanoseconds.
    public let first: Int64
    /// The longest wait of all, in nanoseconds.
    public let longest: Int64
    private var attempts = 0
    private var random: SplitMix64

    public init(first: Int64, longest: Int64, seed: UInt64) {
        precondition(0 < first && first <= longest, "the first wait is the shortest")
        self.first = first
        self.longest = longest
        random = SplitMix64(seed: seed)
    }

    /// The next wait in nanoseconds: between half of the full wait and all of it.
    public mutating func next() -> Int64 {
        var full = first
        var doublings = attempts
        while doublings > 0, full < longest {
            full = full > longest / 2 ? longest : full * 2
            doublings -= 1
        }
        attempts += 1
        let half = full / 2
        return half + Int64(random.next() % UInt64(full - half + 1))
    }

    /// After a success the next wait is short again.
    public mutating func reset() { attempts = 0 }
}
