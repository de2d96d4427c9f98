import TradingCore
import TradingModel

/// The limits of a run as settings name them: `risk.max_position` and so on.
extension Settings {
    static let riskKeys = RiskLimit.all.map(\.rule.rawValue)
    static let symbolRiskKeys = RiskLimit.all.filter(\.isPerSymbol).map(\.rule.rawValue)
    static let venueRiskKeys = RiskLimit.all.filter(\.isPerVenue).map(\.rule.rawValue)
    /// What takes a limit off.
    static let noLimit = "none"

    var runLimits: RunLimits {
        RunLimits(general: limits, bySymbol: limitsBySymbol, byVenue: limitsByVenue)
    }

    /// What a limit is of.
    enum LimitScope: String {
        case run
        case venue
        case symbol

        fileprivate func has(_ limit: RiskLimit) -> Bool {
            switch self {
            case .run: true
            case .venue: limit.isPerVenue
            case .symbol: limit.isPerSymbol
            }
        }
    }

    static func apply(
        _ entry: SettingEntry, key: String, of scope: LimitScope = .run,
        to limits: inout RiskLimits
    ) throws(Problem) {
        guard let limit = RiskLimit.all.first(where: { $0.rule.rawValue == key }) else {
            throw unknown(entry)
        }
        guard scope.has(limit) else {
            throw Problem(
                text:
                    "\(entry.origin): \(key) is a limit of the whole run, no \(scope.rawValue) has one "
                    + "of its own: write `risk.\(key)`")
        }
        guard entry.text != noLimit else { return limit.clear(in: &limits) }
        switch limit.form {
        case .quantity(let path): limits[keyPath: path] = try quantity(entry)
        case .money(let path): limits[keyPath: path] = try amount(entry, for: limit)
        case .count(let path):
            let least = limit.rule == .maxConsecutiveRejects ? 1 : 0
            limits[keyPath: path] = try count(entry, in: least...1_000_000)
        case .share(let path):
            let share = try rate(entry)
            guard share > .zero else { throw wrong(entry, "a share above 0, such as 5%") }
            limits[keyPath: path] = share
        case .multiple(let path):
            guard let value = try? Rate(entry.text), value > .zero, value <= mostLeverage else {
                throw wrong(entry, "a number above 0 and at most \(mostLeverage), such as 3")
            }
            limits[keyPath: path] = value
        case .time(let path): limits[keyPath: path] = try age(entry)
        case .flag(let path): limits[keyPath: path] = try truth(entry)
        }
    }

    private static let mostLeverage = Rate(attos: 1_000 * attosPerUnit)

    /// An amount that is reached at once, with 0, would stop every run.
    private static func amount(
        _ entry: SettingEntry, for limit: RiskLimit
    ) throws(Problem) -> Money {
        let amount = try money(entry)
        guard limit.rule.endsTrading else { return amount }
        guard amount > .zero else { throw wrong(entry, "an amount above 0") }
        return amount
    }

    private static func age(_ entry: SettingEntry) throws(Problem) -> Int64 {
        guard let value = SettingValue.nanoseconds(entry.text, bareUnit: 1_000_000_000),
            (1_000_000...86_400_000_000_000).contains(value)
        else { throw wrong(entry, "a time such as 5s, from 1ms to a day") }
        return value
    }
}

extension RiskRefusal.Rule {
    fileprivate var endsTrading: Bool {
        RiskRule.all.first { $0.rule == self }?.consequence == .halted
    }
}
