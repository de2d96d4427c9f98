internal import PlainJSON
internal import TradingModel

extension JSON {
    /// A decimal with at least so many places; more where it has more, so that no digit is lost.
    static func padded(_ value: some ExactDecimal, places: Int = 8) -> JSON {
        let text = value.description
        let have = text.split(separator: ".").dropFirst().first?.utf8.count ?? 0
        guard have < places else { return .text(text) }
        let point = have == 0 ? "." : ""
        return .text(text + point + String(repeating: "0", count: places - have))
    }

    /// Rounded half to even to eight places: sums and ratios that nobody books.
    static func rounded(_ value: Money) -> JSON {
        .padded(value.rounded(toMultipleOf: attosPerUnit / 100_000_000, .halfEven))
    }

    static func microseconds(_ time: Timestamp) -> JSON {
        .integer(time.nanoseconds / 1_000)
    }

    static func side(_ side: Side) -> JSON { side == .buy ? "BUY" : "SELL" }
}

extension WireParameters<CoinutSimulatorRefusal> {
    /// A truth value; the documentation once writes it as a text.
    func boolean(_ key: String) throws(CoinutSimulatorRefusal) -> Bool? {
        do {
            return try flag(key)
        } catch {
            return try choice(key) { ["true": true, "false": false][$0] }
        }
    }
}
