internal import TradingModel

/// The columns that a header names, with what the first rows say of them.
struct CsvColumns {
    /// The names as the file writes them.
    let names: [String]
    let plainNames: [String]
    let sample: CsvSample

    init(names: [String], sample: CsvSample) {
        self.names = names
        self.sample = sample
        plainNames = names.map(Self.plain)
    }

    /// Small letters and digits alone: `Open Time`, `open_time` and `<OPENTIME>` are one name.
    private static func plain(_ name: String) -> String {
        // OKX wrote names in two languages: `price/价格`.
        let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let isTwice = parts.count == 2 && parts[1].utf8.contains { $0 > 127 }
        return String(
            (isTwice ? String(parts[0]) : name).lowercased()
                .filter { $0.isASCII && ($0.isLetter || $0.isNumber) })
    }

    /// The column that fits `role` best; nil where none has one of its names.
    func column(_ role: CsvRole) -> CsvColumn? {
        switch role {
        case .venueTime, .openTime: return time(role) ?? unnamedTime
        case .receiveTime, .closeTime: return time(role)
        case .volume: return volume
        case .close where !(has(.open) && has(.high)):
            return named(role, among: role.names.prefix(4))
        default: return named(role, among: role.names[...])
        }
    }

    private func named(_ role: CsvRole, among known: ArraySlice<String>) -> CsvColumn? {
        for name in known { if let column = named(name) { return column } }
        return nil
    }

    func has(_ roles: CsvRole...) -> Bool { roles.allSatisfy { column($0) != nil } }

    /// The column of exactly this plain name.
    func named(_ name: String) -> CsvColumn? {
        plainNames.firstIndex(of: name).map { CsvColumn(index: $0, name: names[$0]) }
    }

    // MARK: - Times

    private func time(_ role: CsvRole) -> CsvColumn? {
        guard let found = named(role, among: role.names[...]) else { return nil }
        return completed(found)
    }

    /// The column with its other half, where date and time of day stand in two.
    private func completed(_ found: CsvColumn) -> CsvColumn {
        var column = found
        if isClock(found.index), let date = named(.date) {
            column = CsvColumn(index: date.index, name: date.name, clock: found.index)
        } else if isDate(found.index), let clock = clockColumn(besides: found.index) {
            column.clock = clock
        }
        column.dates = sample.dates(column.index, clock: column.clock)
        return column
    }

    private func named(_ half: DateHalf) -> CsvColumn? {
        half.names.lazy.compactMap { named($0) }.first { half == .date ? isDate($0.index) : true }
    }

    private func clockColumn(besides date: Int) -> Int? {
        DateHalf.clock.names.lazy.compactMap { named($0)?.index }
            .first { $0 != date && isClock($0) }
    }

    /// The halves of a moment in two columns.
    private enum DateHalf {
        case date
        case clock

        var names: [String] {
            switch self {
            case .date: ["date", "day", "tradedate", "tradingday", "dt", "datestamp"]
            case .clock: ["time", "clock", "timeofday", "tradetime", "timestamp", "hhmmss", "hhmm"]
            }
        }
    }

    /// Whether a column holds days without a time of day.
    private func isDate(_ column: Int) -> Bool {
        sample.all(column) { value in
            value.count <= 11 && value.count >= 8
                && !value.contains(UInt8(ascii: ":")) && isMoment(value, clock: nil)
        }
    }

    /// Whether a column holds times of day.
    private func isClock(_ column: Int) -> Bool {
        sample.all(column) { value in
            value.count <= 18 && value.count >= 1
                && !(value.count >= 8 && !value.contains(UInt8(ascii: ":")))
                && isMoment(Array("2000-01-01".utf8), clock: value)
        }
    }

    private func isMoment(_ date: [UInt8], clock: [UInt8]?) -> Bool {
        let bytes = date + (clock ?? [])
        let style = DateStyle(isDayFirst: sampleDayFirst(date), clockHasSeconds: true)
        let range = clock.map { _ in date.count..<bytes.count }
        return (try? DateText.read(bytes.span, 0..<date.count, clock: range, style)) != nil
    }

    private func sampleDayFirst(_ date: [UInt8]) -> Bool? {
        let first = Int(String(decoding: date.prefix { $0 &- 48 < 10 }, as: UTF8.self)) ?? 0
        return first > 12 && first < 32
    }

    /// A column without a name that holds times: pandas writes its index so.
    private var unnamedTime: CsvColumn? {
        for (index, plain) in plainNames.enumerated()
        where plain.isEmpty || plain == "index" || plain.hasPrefix("unnamed") {
            var times = TimeColumn()
            let style = sample.dates(index, clock: nil)
            let isTime = sample.all(index) { value in
                (try? times.read(value.span, value.indices, style)) != nil
            }
            if isTime { return completed(CsvColumn(index: index, name: names[index])) }
        }
        return nil
    }

    // MARK: - The volume

    /// The column of the volume in the coin (or in contracts).
    private var volume: CsvColumn? {
        if let column = named(.volume, among: CsvRole.volume.names[...]) {
            // MetaTrader writes 0 where it knows ticks alone.
            if let ticks = named("tickvol"), sample.all(column.index, { $0 == [48] }) {
                return ticks
            }
            return column
        }
        if let ticks = named("tickvol") ?? named("tickvolume") { return ticks }
        let found = plainNames.indices.filter { index in
            Self.unit(of: plainNames[index]).map { !Self.quoteUnits.contains($0) } ?? false
        }
        let traded = symbolSample
        let best = found.first { index in
            Self.unit(of: plainNames[index]).map { traded.hasPrefix($0) } ?? false
        }
        return (best ?? found.first).map { CsvColumn(index: $0, name: names[$0]) }
    }

    /// A volume that is counted in the quote currency, for messages.
    var quoteVolume: CsvColumn? {
        plainNames.indices.first { index in
            Self.unit(of: plainNames[index]).map { Self.quoteUnits.contains($0) } ?? false
                || ["turnover", "quotevolume", "quoteassetvolume"].contains(plainNames[index])
        }.map { CsvColumn(index: $0, name: names[$0]) }
    }

    /// The first symbol, in small letters; empty where the file names none.
    private var symbolSample: String {
        guard let symbol = column(.symbol) else { return "" }
        return Self.plain(sample.text(0, symbol.index))
    }

    /// What a volume is counted in by its name: `btc` of `Volume BTC` and `Volume_(BTC)`.
    private static func unit(of plain: String) -> String? {
        let unit: Substring
        if plain.hasPrefix("volume") {
            unit = plain.dropFirst(6)
        } else if plain.hasPrefix("vol") {
            unit = plain.dropFirst(3)
        } else if plain.hasSuffix("volume") {
            unit = plain.dropLast(6)
        } else {
            return nil
        }
        let isUnit = (2...8).contains(unit.count) && !others.contains(String(unit))
        return isUnit ? String(unit) : nil
    }

    private static let quoteUnits: Set<String> = [
        "currency", "quote", "usd", "usdt", "usdc", "busd", "tusd", "fdusd", "usde", "dai", "eur",
        "gbp", "jpy", "krw", "try", "brl", "aud", "cad", "chf", "ccy", "ccyquote", "notional",
    ]
    /// Words beside `volume` that make it something else.
    private static let others: Set<String> = [
        "ma", "sma", "ema", "change", "chg", "avg", "average", "mean", "std", "delta", "ratio",
        "buy", "sell", "taker", "maker", "24h", "profile", "oscillator", "osc", "pct", "atility",
        "weighted", "ume", "tick", "open",
    ]

    // MARK: - Messages

    /// A column that has no role and looks like it should have this one; nil where none does.
    func lookalike(_ role: CsvRole, besides used: Set<Int>) -> CsvColumn? {
        var best: (index: Int, distance: Int)?
        for (index, plain) in plainNames.enumerated()
        where plain.count >= 3 && !used.contains(index) {
            for name in role.names where name.count >= 3 {
                let near = editDistance(Array(plain.utf8), Array(name.utf8))
                let isPart = name.count >= 4 && plain.contains(name)
                guard isPart || near <= max(1, name.count / 4) else { continue }
                let distance = isPart ? min(near, 3) : near
                if distance < best?.distance ?? .max { best = (index, distance) }
            }
        }
        return best.map { CsvColumn(index: $0.index, name: names[$0.index]) }
    }
}
