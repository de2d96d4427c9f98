internal import Cryptography
public import TradingModel

/// A hash over a strategy's intents in order: two runs that agree in it did the same.
public struct IntentHash {
    private var hash = SHA256()
    private var line: [UInt8] = []
    public private(set) var count = 0

    public init() {}

    /// Takes in one intent: its canonical line, ended by a line feed.
    public mutating func add(_ intent: Intent, _ instruments: [Instrument]) {
        line.removeAll(keepingCapacity: true)
        intent.appendCanonical(instruments, to: &line)
        line.append(UInt8(ascii: "\n"))
        hash.add(line)
        count += 1
    }

    /// The hash so far as 64 hexadecimal digits.
    public var hexadecimal: String { Cryptography.hexadecimal(hash.digest) }
}
