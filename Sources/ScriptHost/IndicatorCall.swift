/// An indicator as the script made it, such as `ema(60)`.
struct IndicatorCall {
    private let name: String
    private let numbers: [Int?]

    /// Nil: the text is no call, or was too long to be kept whole.
    init?(_ text: String) {
        guard let bracket = text.firstIndex(of: "("), text.hasSuffix(")") else { return nil }
        name = String(text[..<bracket])
        let inside = text[text.index(after: bracket)...].dropLast()
        numbers =
            inside.isEmpty ? [] : inside.split(separator: ",").map { Int($0.drop { $0 == " " }) }
    }

    private func number(_ place: Int, or fallback: Int) -> Int {
        place < numbers.count ? numbers[place] ?? fallback : fallback
    }

    /// The update that gives the first value, as `docs/lua-api.md` has it; nil: not known.
    var updatesToFirstValue: Int? {
        switch name {
        case "sma", "ema", "wma", "rma", "vwma", "highest", "lowest": number(0, or: 1)
        case "dema": 2 * number(0, or: 1) - 1
        case "tema": 3 * number(0, or: 1) - 2
        case "hma": number(0, or: 1) + Int(Double(number(0, or: 1)).squareRoot()) - 1
        case "linreg", "willr": number(0, or: 14)
        case "cci", "variance", "stdev", "zscore", "bbands", "donchian": number(0, or: 20)
        case "kama", "roc", "mom": number(0, or: 10) + 1
        case "change": number(0, or: 1) + 1
        case "rsi", "mfi", "atr": number(0, or: 14) + 1
        case "supertrend": number(0, or: 10) + 1
        case "adx": 2 * number(0, or: 14)
        case "trix": 3 * number(0, or: 18) - 1
        case "macd": number(1, or: 26) + number(2, or: 9) - 1
        case "stoch": number(0, or: 14) + number(1, or: 3) + number(2, or: 3) - 2
        case "keltner": max(number(0, or: 20), number(2, or: 10) + 1)
        case "tr": 2
        case "value", "obv", "vwap", "crossover", "crossunder": 1
        default: nil
        }
    }
}
