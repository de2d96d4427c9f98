import TradingModel

extension ExactDecimal {
    /// For people: rounded half to even to `places` decimals, which are all shown.
    func shown(places: Int) -> String {
        var step: Int128 = 1
        for _ in places..<18 { step *= 10 }
        let text = rounded(toMultipleOf: step, .halfEven).description
        guard places > 0 else { return text }
        let parts = text.split(separator: ".")
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        return parts[0] + "." + fraction + String(repeating: "0", count: places - fraction.count)
    }
}

extension Money {
    /// For people: with a sign and two decimals, eight for amounts of a coin that is worth much.
    func signed(in currency: Currency) -> String {
        (attos > 0 ? "+" : "") + shown(in: currency)
    }

    /// Two decimals for what counts like dollars, eight for the rest.
    func shown(in currency: Currency) -> String {
        let isLikeDollars = ["USD", "USDT", "USDC", "EUR"].contains(currency.code)
        return shown(places: isLikeDollars ? 2 : 8)
    }
}
