public import TradingCore
public import TradingModel

/// What a run goes on with, as a line of text: for where no inputs are recorded.
public enum EarlierRunText {
    /// In hexadecimal.
    public static func write(_ earlier: EarlierRun, _ instruments: [Instrument]) -> String {
        var encoder = ItemEncoder(instruments)
        encoder.add(.call(.resume(earlier, at: Timestamp(nanoseconds: 0))))
        return encoder.bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
            .joined()
    }

    /// Nil: it is none.
    public static func read(_ text: String, _ instruments: [Instrument]) -> EarlierRun? {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == text.utf8.count, digits.count % 2 == 0 else { return nil }
        let bytes = stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
        var decoder = ItemDecoder(instruments)
        guard case .call(.resume(let earlier, _))? = try? decoder.items(in: bytes[...]).first else {
            return nil
        }
        return earlier
    }
}
