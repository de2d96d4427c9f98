public import TradingCore
public import TradingModel

/// What a run goes on with, as a line of text: for where no inputs are recorded.
public enum EarlierRunText {
    /// In hexadecimal.
    public static func write(_ earlier: EarlierRun, _ instruments: [Instrument]) -> String {
        CallDigits.write(.resume(earlier, at: Timestamp(nanoseconds: 0)), instruments)
    }

    /// Nil: it is none.
    public static func read(_ text: String, _ instruments: [Instrument]) -> EarlierRun? {
        guard case .resume(let earlier, _)? = CallDigits.read(text, instruments) else { return nil }
        return earlier
    }
}

/// Limits that hold from some moment on, as a line of text: for where no inputs are recorded.
public enum LimitsText {
    /// In hexadecimal.
    public static func write(_ limits: RunLimits, _ instruments: [Instrument]) -> String {
        CallDigits.write(.limits(limits, at: Timestamp(nanoseconds: 0)), instruments)
    }

    /// Nil: they are none.
    public static func read(_ text: String, _ instruments: [Instrument]) -> RunLimits? {
        guard case .limits(let limits, _)? = CallDigits.read(text, instruments) else { return nil }
        return limits
    }
}

/// A call as a recording has it, in hexadecimal.
private enum CallDigits {
    static func write(_ call: RunCall, _ instruments: [Instrument]) -> String {
        var encoder = ItemEncoder(instruments)
        encoder.add(.call(call))
        return encoder.bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
            .joined()
    }

    static func read(_ text: String, _ instruments: [Instrument]) -> RunCall? {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == text.utf8.count, digits.count % 2 == 0 else { return nil }
        let bytes = stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
        var decoder = ItemDecoder(instruments)
        guard case .call(let call)? = try? decoder.items(in: bytes[...]).first else { return nil }
        return call
    }
}
