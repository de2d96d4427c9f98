import TradingModel

/// What `--duration` says, in nanoseconds; nil where it was not given.
func checkedDuration(_ text: String?) throws(RunFailure) -> Int64? {
    guard let text else { return nil }
    guard let span = SettingValue.nanoseconds(text, bareUnit: 1_000_000_000), span > 0 else {
        throw RunFailure(
            .usage, "--duration is `\(text)`, expected a time such as 30s, 10m or 2h")
    }
    return span
}

/// Reads one setting's text; nil when it is not of the form.
enum SettingValue {
    /// `0.0005`, `0.05%` or `5bp`.
    static func rate(_ text: String) -> Rate? {
        if text.hasSuffix("%") { return try? Rate(text.dropLast() + "e-2") }
        if text.hasSuffix("bp") { return try? Rate(text.dropLast(2) + "e-4") }
        return try? Rate(text)
    }

    /// A span in nanoseconds: `250us`, `5ms`, `1.5s`, `2m`, `1h`, `7d`; a bare number is `unit`.
    static func nanoseconds(_ text: String, bareUnit: Int64) -> Int64? {
        let units: [(String, Int64)] = [
            ("ns", 1), ("us", 1_000), ("µs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000),
            ("m", 60_000_000_000), ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
        ]
        for (suffix, unit) in units where text.hasSuffix(suffix) {
            let number = text.dropLast(suffix.count)
            guard number.last?.isNumber == true else { continue }
            return scaled(String(number), by: unit)
        }
        return scaled(text, by: bareUnit)
    }

    /// A whole number with an optional decimal unit: `10000000`, `10M`, `256MB`.
    static func count(_ text: String) -> Int? {
        let units = [("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000)]
        var number = text.hasSuffix("B") ? String(text.dropLast()) : text
        var unit = 1
        for (suffix, factor) in units where number.hasSuffix(suffix) {
            number.removeLast()
            unit = factor
        }
        guard let value = Int(number), value >= 0 else { return nil }
        let (product, overflow) = value.multipliedReportingOverflow(by: unit)
        return overflow ? nil : product
    }

    private static func scaled(_ number: String, by unit: Int64) -> Int64? {
        guard let value = try? Money(number), value >= .zero else { return nil }
        let (nanoseconds, overflow) = value.attos.multipliedReportingOverflow(by: Int128(unit))
        guard !overflow else { return nil }
        return Int64(exactly: nanoseconds / attosPerUnit)
    }
}
